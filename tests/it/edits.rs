//! A table of edits and what a resume makes of each: kept, run again, or asked about. And what may not be asked for.

use std::fs;

use serde_json::json;

use crate::again::{Bench, CHARGE};
use crate::support::Output;

/// What counts and what does not: a read, an effect that must not happen twice behind it, one that may, a matrix, and a step that
/// fails. `Y` is the called file's.
const FILE: &str = "inputs:
  amount: { type: integer, default: 1 }
secrets:
  token: { env: TOKEN }
steps:
  price:
    uses: http
    with: { url: URL/price, query: { of: book } }
  charge:
    uses: http
    with: { url: URL/charge, method: POST, json: { amount: '${{ inputs.amount }}' } }
    outputs: { number: { jsonpath: $.number } }
    retry: 1
  put:
    uses: http
    with: { url: URL/put, method: PUT, headers: { X-Token: '${{ secrets.token }}' } }
    effect: repeat
  invite:
    uses: http
    strategy: { matrix: { who: [ada, lin] } }
    with: { url: 'URL/invite/${{ matrix.who }}', method: POST }
  library: { uses: ./lib.yaml }
  fails:
    uses: assert
    needs: [price, charge, put, invite, library]
    with: { that: false }
";

const LIBRARY: &str = "steps:\n  make: { uses: http, with: { url: URL/make, method: POST } }\n";

/// What the rehearsal of a resume says of each step that is not kept; `fails` is left out.
fn outlook(output: &Output) -> String {
    let told = output.json();
    let steps = told["steps"].as_object().unwrap().iter();
    let others = steps.filter(|(name, step)| *name != "fails" && step["verdict"] != "kept");
    others.map(|(name, step)| format!("{name} {}", step["verdict"].as_str().unwrap())).collect::<Vec<_>>().join(", ")
}

struct Edit {
    what: &'static str,
    from: &'static str,
    to: &'static str,
    /// Steps that are not kept.
    outlook: &'static str,
    /// Whether the resume asks.
    asks: bool,
}

const fn edit(what: &'static str, from: &'static str, to: &'static str, outlook: &'static str) -> Edit {
    Edit { what, from, to, outlook, asks: false }
}

const fn asking(what: &'static str, from: &'static str, to: &'static str, outlook: &'static str) -> Edit {
    Edit { asks: true, ..edit(what, from, to, outlook) }
}

const EDITS: &[Edit] = &[
    edit("a comment", "steps:\n", "steps: # all of them\n", ""),
    edit("the order of keys", "url: URL/charge, method: POST", "method: POST, url: URL/charge", ""),
    edit("quotes", "url: URL/charge,", "url: \"URL/charge\",", ""),
    edit("a description", "    retry: 1\n", "    retry: 1\n    description: once\n", ""),
    edit("retry", "retry: 1", "retry: 3", ""),
    edit("a timeout", "    retry: 1\n", "    timeout: 9m\n", ""),
    edit("an `if` that holds", "    retry: 1\n", "    if: success()\n", ""),
    edit("outputs", "jsonpath: $.number", "jsonpath: $", "charge judged_again"),
    edit("`with` of a read", "of: book", "of: pen", "price runs_again"),
    edit("`with` of what may be repeated", "URL/put", "URL/put2", "put runs_again"),
    asking("`with` of what was done once", "amount: '${{ inputs.amount }}'", "amount: 2", "charge needs_answer"),
    edit("`with` that comes out the same", "amount: '${{ inputs.amount }}'", "amount: 1", ""),
    edit(
        "`uses` of a read",
        "uses: http\n    with: { url: URL/price, query: { of: book } }",
        "uses: sleep\n    with: { for: 1ms }",
        "price runs_again",
    ),
    edit("an effect that is weaker", "    effect: repeat\n", "    effect: keyed\n", ""),
    edit("an `if` that does not hold", "    retry: 1\n", "    if: inputs.amount > 1\n", "charge skipped"),
    edit("the default of an input that the run has", "default: 1", "default: 2", ""),
    edit("an input that is new", "  amount: {", "  more: { default: 3 }\n  amount: {", ""),
    edit("where a secret is read from", "env: TOKEN", "env: OTHER", ""),
    edit(
        "a secret that is not sent any more",
        "headers: { X-Token: '${{ secrets.token }}' }",
        "query: {}",
        "put runs_again",
    ),
    edit("an item that is new", "[ada, lin]", "[ada, lin, eve]", "invite runs"),
    edit("an item that is gone", "[ada, lin]", "[ada]", ""),
    asking("an item in the place of another", "[ada, lin]", "[ada, eve]", "invite needs_answer"),
    edit(
        "another name for a variable",
        "{ who: [ada, lin] } }\n    with: { url: 'URL/invite/${{ matrix.who }}'",
        "{ person: [ada, lin] } }\n    with: { url: 'URL/invite/${{ matrix.person }}'",
        "",
    ),
    edit("a variable that is not sent", "[ada, lin] }", "[ada, lin], region: [eu] }", ""),
    asking(
        "a matrix that is taken away",
        "    strategy: { matrix: { who: [ada, lin] } }\n    with: { url: 'URL/invite/${{ matrix.who }}'",
        "    with: { url: 'URL/invite/ada'",
        "invite needs_answer",
    ),
    asking(
        "a matrix for a step without",
        "    uses: http\n    with: { url: URL/charge,",
        "    uses: http\n    strategy: { matrix: { n: [1] } }\n    with: { url: URL/charge,",
        "charge needs_answer",
    ),
    asking("another name for a step", "  charge:\n", "  bill:\n", "bill needs_answer, charge removed"),
    edit("a step that is new", "steps:\n", "steps:\n  new: { uses: sleep, with: { for: 1ms } }\n", "new runs"),
    edit("a step that is gone", "  library: { uses: ./lib.yaml }\n", "", "library/make removed, library removed"),
];

#[test]
fn each_edit_is_kept_run_again_or_asked_about() {
    let bench = Bench::new();
    bench.write(FILE);
    let library = bench.context.write("lib.yaml", &LIBRARY.replace("URL", &bench.service.url));
    let run = bench.onramp(&format!("run work.yaml --allow-host {}", bench.service.url));
    run.env("TOKEN", "a-token-of-16-ch").run().expect_code(1);
    let before = bench.journal();
    let rehearse = || bench.onramp("resume last --dry-run --json").env("OTHER", "another-of-16-ch").run();
    let mut wrong = Vec::new();
    for Edit { what, from, to, outlook: expected, asks } in EDITS {
        assert!(FILE.contains(from), "{what}: {from}");
        // Who needs a step goes with its name.
        let edited = FILE.replacen(from, to, 1);
        let edited = if edited.contains("  bill:") { edited.replace("charge, put", "bill, put") } else { edited };
        let gone = !edited.contains("library: {");
        bench.write(&if gone { edited.replace(", library]", "]") } else { edited });
        let told = rehearse();
        let code = if *asks { 2 } else { 0 };
        if (told.code, outlook(&told).as_str()) != (Some(code), *expected) {
            wrong.push(format!("{what}: {:?} {}, not {code} {expected}: {}", told.code, outlook(&told), told.stderr));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    bench.write(FILE);
    for (text, expected, code) in [
        (LIBRARY.replace("steps:", "# a file\nsteps:"), "", 0),
        (LIBRARY.replace("/make", "/made"), "library/make needs_answer, library looked_at_again", 2),
    ] {
        fs::write(&library, text.replace("URL", &bench.service.url)).unwrap();
        let told = rehearse();
        assert_eq!((outlook(&told).as_str(), told.code), (expected, Some(code)), "{text}: {}", told.stderr);
    }
    assert_eq!(bench.journal(), before, "a rehearsal writes nothing");
}

const INVITE: &str = "steps:
  invite:
    uses: http
    strategy: { matrix: { who: [ada, lin] } }
    with: { url: 'URL/${{ matrix.who }}', method: POST }
  check: { uses: assert, needs: invite, with: { that: false } }
";

#[test]
fn an_item_in_the_place_of_another_is_asked_about_and_what_was_done_may_stand() {
    let bench = Bench::new();
    bench.write(INVITE).run(1);
    bench.write(&INVITE.replace("[ada, lin]", "[ada, eve]").replace("that: false", "that: true"));
    let before = bench.journal();
    bench.resume(2).says(&["`invite` took effect", "--keep invite", "--redo invite", "`lin` took effect and is gone"]);
    assert_eq!(bench.journal(), before);
    let kept = bench.onramp("resume last --json --keep invite").run().expect_code(0).json();
    assert_eq!(kept["steps"]["invite[eve]"], json!({ "status": "succeeded", "attempts": 1 }));
    assert_eq!(["/ada", "/lin", "/eve"].map(|who| bench.service.count(who)), [1, 1, 0]);
}

#[test]
fn an_item_in_the_place_of_another_is_done_if_somebody_says_so_and_no_other_is() {
    let bench = Bench::new();
    bench.write(INVITE).run(1);
    bench.write(&INVITE.replace("[ada, lin]", "[ada, eve]").replace("that: false", "that: true"));
    bench.onramp("resume last --redo invite").run().expect_code(0);
    assert_eq!(["/ada", "/lin", "/eve"].map(|who| bench.service.count(who)), [1, 1, 1]);
}

#[test]
fn a_step_under_another_name_is_done_once_more_only_if_somebody_says_so() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    bench.write(&CHARGE.replace("charge", "bill").replace("URL/bill", "URL/charge").replace("== 7", "> 0"));
    bench.resume(2).says(&["`charge` took effect", "--redo bill", "old name"]);
    bench.onramp("resume last --redo bill").run().expect_code(0);
    assert_eq!(bench.service.count("/charge"), 2);
}

#[test]
fn what_did_not_take_place_cannot_be_kept() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    let before = bench.journal();
    let failed = bench.onramp("resume last --keep check").run().expect_code(2);
    failed.says(&["`check` is not known to have taken place", "onramp resolve", "check --done"]);
    bench.write(&format!("{CHARGE}  more: {{ uses: sleep, with: {{ for: 1ms }} }}\n"));
    bench.onramp("resume last --keep more").run().expect_code(2).says(&["`more` has not begun"]);
    bench.onramp("resume last --keep more --dry-run").run().expect_code(2);
    assert_eq!(bench.journal(), before);
}

#[test]
fn a_rehearsal_is_refused_for_the_service_and_for_troubles_as_the_command_is() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    for (flags, why) in
        [("--base-url http://127.0.0.1:9", "it cannot go on against"), ("--inject fail:nowhere", "no step `nowhere`")]
    {
        for line in ["resume last", "retry last --step charge"] {
            bench.onramp(&format!("{line} {flags}")).run().expect_code(2).says(&[why]);
            bench.onramp(&format!("{line} {flags} --dry-run")).run().expect_code(2).says(&[why]);
        }
    }
}

#[test]
fn a_rehearsal_of_what_is_done_ends_as_the_command_does() {
    let bench = Bench::new();
    bench.write(&CHARGE.replace("== 7", "== 1")).run(0);
    bench.write("steps: [");
    assert_eq!(bench.verdicts("resume last"), json!({ "charge": "kept", "check": "kept" }));
    bench.onramp("resume last --dry-run").run().expect_code(0).says(&["nothing is left to do"]);
    bench.onramp("resume last --keep charge").run().expect_code(2).says(&["onramp retry"]);
    bench.onramp("resume last --keep charge --dry-run").run().expect_code(2).says(&["onramp retry"]);
}

#[test]
fn a_failure_that_is_let_pass_is_left_alone_unless_it_is_named() {
    let bench = Bench::new();
    let steps = "steps:
  smoke: { uses: http, with: { url: URL/smoke }, expect: { status: [418] }, continue-on-error: true }
  work: { uses: http, with: { url: URL/work } }
";
    bench.write(steps).run(0);
    bench.resume(0).says(&["nothing is left to do"]);
    let expected = json!({ "smoke": "kept", "work": "runs_again" });
    assert_eq!(bench.verdicts("retry last --step work"), expected);
    bench.onramp("retry last --step work").run().expect_code(0);
    assert_eq!((bench.service.count("/smoke"), bench.service.count("/work")), (1, 2));
    bench.onramp("retry last --step smoke").run().expect_code(0);
    assert_eq!((bench.service.count("/smoke"), bench.service.count("/work")), (2, 2));
}

#[test]
fn a_folder_that_is_called_cancel_stops_nobody() {
    let bench = Bench::new();
    bench.write(CHARGE).run(1);
    fs::create_dir(bench.context.journal().run_dir().unwrap().join("cancel")).unwrap();
    bench.write(&CHARGE.replace("== 7", "== 1")).resume(0);
}
