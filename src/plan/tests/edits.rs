//! A table of edits: what each changed, and which steps are held against what they did.

use super::reading::plan;
use crate::plan::{Change, Part, compare};

const FILE: &str = "name: work
inputs:
  who: { type: string, default: ada }
steps:
  list:
    uses: http
    with: { url: 'https://host.test/list', query: { limit: 5, from: '${{ inputs.who }}' } }
    expect: { status: [200, 201] }
    outputs: { names: { jsonpath: $.names }, tag: { header: ETag } }
  each:
    uses: http
    strategy: { matrix: { name: '${{ steps.list.outputs.names }}' }, max-parallel: 2 }
    with: { url: 'https://host.test/each/${{ matrix.name }}', method: PUT }
    effect: repeat
  report:
    uses: assert
    needs: each
    if: success()
    with: { that: '${{ size(steps.list.outputs.tag) > 0 }}' }
  apart: { uses: sleep, with: { for: 1s } }
";

/// What an edit changed, as `list: with, outputs`; then the steps that are looked at again.
fn edit(from: &str, to: &str) -> (String, String) {
    assert!(FILE.contains(from), "{from}");
    told(&FILE.replacen(from, to, 1))
}

fn told(text: &str) -> (String, String) {
    let comparison = compare(&plan(FILE), &plan(text));
    let changed = comparison.steps.iter().filter_map(|(id, change)| match change {
        Change::Same => None,
        Change::New => Some(format!("{id}: new")),
        Change::Edited(parts) => {
            Some(format!("{id}: {}", parts.iter().map(|part| part.as_str()).collect::<Vec<_>>().join(", ")))
        }
    });
    let removed = comparison.removed.iter().map(|id| format!("{id}: removed"));
    let changed: Vec<String> = changed.chain(removed).collect();
    let recheck: Vec<&str> = comparison.recheck.iter().map(|id| id.as_str()).collect();
    assert_eq!(comparison.is_cosmetic(), changed.is_empty());
    (changed.join("; "), recheck.join(" "))
}

#[test]
fn each_edit_is_told_by_its_part_and_reaches_what_waits_for_it() {
    for (from, to, changed, recheck) in [
        ("host.test/list'", "host.test/all'", "list: with", "list each report"),
        ("limit: 5", "limit: 6", "list: with", "list each report"),
        ("query: { limit: 5, ", "query: { ", "list: with", "list each report"),
        ("[200, 201]", "[200]", "list: outputs", "list each report"),
        ("jsonpath: $.names", "jsonpath: $.all", "list: outputs", "list each report"),
        ("header: ETag }", "header: ETag, secret: true }", "list: outputs", "list each report"),
        ("steps.list.outputs.names }}", "[1] }}", "each: matrix", "each report"),
        ("matrix: { name:", "matrix: { more: [1], name:", "each: matrix", "each report"),
        ("effect: repeat", "effect: once", "each: effect", "each report"),
        ("if: success()", "if: always()", "report: if", "report"),
        ("    if: success()\n", "", "report: if", "report"),
        ("> 0 }}", "> 1 }}", "report: with", "report"),
        ("sleep, with: { for: 1s }", "random.password", "apart: uses, with", "apart"),
    ] {
        let (parts, reached) = edit(from, to);
        assert_eq!((parts.as_str(), reached.as_str()), (changed, recheck), "{from} -> {to}");
    }
}

#[test]
fn new_and_removed_steps_reach_what_waits_for_them() {
    let needy = FILE.replace("needs: each", "needs: [each, more]");
    let (changed, recheck) = told(&format!("{needy}  more: {{ uses: sleep, with: {{ for: 1s }} }}\n"));
    assert_eq!((changed.as_str(), recheck.as_str()), ("more: new", "report"));
    let without = FILE.replace("    needs: each\n", "");
    let from = without.find("  each:").unwrap();
    let to = without.find("  report:").unwrap();
    let (changed, recheck) = told(&format!("{}{}", &without[..from], &without[to..]));
    assert_eq!((changed.as_str(), recheck.as_str()), ("each: removed", "report"));
}

#[test]
fn cosmetic_edits_change_nothing() {
    for (from, to) in [
        ("steps:\n", "steps: # what to do\n"),
        ("name: work\n", "name: work\ndescription: it works\n"),
        ("'https://host.test/list'", "\"https://host.test/list\""),
        ("limit: 5, from: '${{ inputs.who }}'", "from: '${{inputs.who}}', limit: 5"),
        ("[200, 201]", "[201, 200]"),
        ("header: ETag", "header: etag"),
        ("names: { jsonpath: $.names }, tag: { header: ETag }", "tag: { header: ETag }, names: { jsonpath: $.names }"),
        (
            "    effect: repeat\n",
            "    effect: repeat\n    retry: { max-attempts: 9 }\n    timeout: 5m\n    description: puts\n",
        ),
        ("max-parallel: 2", "max-parallel: 3, fail-fast: true"),
        ("    if: success()\n", "    if: '${{ success() }}'\n    continue-on-error: true\n"),
        ("default: ada", "default: lin"),
        ("method: PUT", "method: \"PUT\""),
        ("  apart: { uses: sleep, with: { for: 1s } }\n", "  apart:\n    with:\n      for: '1s'\n    uses: sleep\n"),
    ] {
        assert_eq!(edit(from, to), (String::new(), String::new()), "{from} -> {to}");
    }
    assert_eq!(Part::If.to_string(), "if");
}
