//! What holds of every file, of every expression and of every mail, however broken. The fuzz targets ask the same as the tests.

use std::collections::HashMap;

use onramp::action::Registry;
use onramp::diagnostic::{Diagnostic, Severity, Source, Span, is_hostile};
use onramp::expr::{NeedsStatus, Place, Positions, Reference, Scope, Template, ValueType};
use onramp::mail::{Extract, Taken};
use onramp::plan::{Loaded, Plan, compare, load};
use onramp::report::graph::{Drawing, mermaid, svg};
use onramp::secret::Datum;
use onramp::workflow::{Sources, read_source};
use serde_json::json;

/// What is said of a workflow and all that it calls is to be read by people: so many errors, and as many warnings.
pub const MOST_FINDINGS: usize = 100;
const MOST_DRAWN: usize = 32 * 1024;

/// A line that begins so has the path of a file behind it, whose text follows: what a workflow may call.
const FILE: &str = "#=== ";

/// Reads a workflow with all that it calls; whatever has a plan can be compared and drawn.
pub fn workflow(bytes: &[u8]) {
    let (source, loaded) = match read(bytes) {
        Ok(read) => read,
        Err(broken) => return finding(&broken.1, &broken.0),
    };
    let (errors, warnings) = counted(&loaded.diagnostics);
    assert_eq!(loaded.plan.is_none(), errors > 0, "there is a plan unless there is an error");
    assert!(errors.max(warnings) <= MOST_FINDINGS, "{errors} errors, {warnings} warnings");
    loaded.diagnostics.iter().for_each(|found| finding(found, &source));
    loaded.plan.iter().for_each(plan);
}

/// The file itself and what came of reading it.
pub fn read(bytes: &[u8]) -> Result<(Source, Loaded), Box<(Source, Diagnostic)>> {
    let source = read_source("a.yaml", bytes)?;
    let (main, library) = parts(&source.text);
    let source = Source::new("a.yaml", main);
    let find = |path: &str| library.get(path).map(|text| (*text).to_owned()).ok_or_else(|| "it is not there".into());
    let sources = Sources::gather(source.clone(), &mut |path| find(path));
    Ok((source, load(sources, &Registry::builtin().catalogue())))
}

/// Reads a workflow and draws what is said of it; how many errors and warnings that are.
pub fn explained(bytes: &[u8]) -> (usize, usize) {
    let (source, findings) = match read(bytes) {
        Ok((source, loaded)) => (source, loaded.diagnostics),
        Err(broken) => (broken.0, vec![broken.1]),
    };
    findings.iter().for_each(|found| assert!(!found.render(&source, false).is_empty()));
    counted(&findings)
}

fn counted(findings: &[Diagnostic]) -> (usize, usize) {
    let errors = findings.iter().filter(|found| found.severity == Severity::Error).count();
    (errors, findings.len() - errors)
}

fn parts(text: &str) -> (&str, HashMap<&str, &str>) {
    let mut parts = text.split(FILE);
    let main = parts.next().unwrap_or_default();
    (main, parts.filter_map(|part| part.split_once('\n')).map(|(path, text)| (path.trim_end(), text)).collect())
}

fn finding(found: &Diagnostic, source: &Source) {
    let text = &*found.source.as_ref().unwrap_or(source).text;
    inside(found.span, text);
    let drawn = found.render(source, false);
    assert!(drawn.contains(found.code), "{drawn}");
    assert!(drawn.len() <= MOST_DRAWN, "{} bytes are drawn of {}", drawn.len(), found.code);
    let hostile = drawn.chars().find(|c| is_hostile(*c) && !matches!(c, '\n' | '\t'));
    assert_eq!(hostile, None, "{drawn:?}");
    let told = found.to_json(source);
    assert!(told["line"].as_u64() <= told["end_line"].as_u64(), "{told}");
}

fn inside(span: Span, text: &str) {
    assert!(span.start <= span.end, "{span:?}");
    assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{span:?} of {}", text.len());
}

fn plan(plan: &Plan) {
    assert!(compare(plan, plan).is_cosmetic());
    for (index, step) in plan.steps.iter().enumerate() {
        assert!(step.needs.iter().all(|need| *need < index), "{} comes before what it waits for", step.id);
    }
    assert!(plan.outline().count() + plan.calls.len() == plan.steps.len());
    let drawing = Drawing::new(plan, None);
    assert!(!mermaid(&drawing).is_empty());
    let mut picture = Vec::new();
    svg(&drawing, &mut picture).unwrap();
    assert!(picture.starts_with(b"<"));
}

/// Reads a text as an expression in every place and evaluates it.
pub fn expression(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let at = Positions::Verbatim(0);
    for place in [Place::Value, Place::Condition, Place::Capture] {
        for template in [
            Template::parse_at(text, &at, place),
            Template::bare_at(text, &at, place),
            Template::condition_at(text, &at, place),
        ] {
            match template {
                Ok(template) => evaluated(&template, text),
                Err(broken) => {
                    let faults = &broken.faults;
                    assert!(!faults.is_empty());
                    typed(&broken.rest, text);
                    faults.iter().take(MOST_FINDINGS).for_each(|fault| finding(fault, &Source::new("a.yaml", text)));
                }
            }
        }
    }
}

fn evaluated(template: &Template, text: &str) {
    typed(template, text);
    if let Err(error) = template.evaluate(&Values) {
        inside(error.span, text);
    }
}

fn typed(template: &Template, text: &str) {
    template.references().for_each(|(_, span)| inside(*span, text));
    let mut faults = Vec::new();
    template.infer(&|_| ValueType::Any, &mut faults);
    faults.iter().for_each(|fault| finding(fault, &Source::new("a.yaml", text)));
}

/// Something of each type, told by how a name begins.
struct Values;

impl Scope for Values {
    fn resolve(&self, reference: &Reference) -> Option<Datum> {
        let name = reference.to_string();
        let value = match name.rsplit('.').next().and_then(|last| last.chars().next())? {
            'a' => json!(["a", 1, null, { "a": [1.5] }]),
            'b' => json!({ "a": 1, "b": { "c": [true] }, "é": "x" }),
            'i' => json!(-7),
            'n' => json!(1.5e300),
            's' => json!("a text, é\u{202e}"),
            't' => json!(true),
            'z' => return None,
            _ => json!(null),
        };
        Some(Datum::new(value, matches!(reference, Reference::Secret(_))))
    }

    fn needs(&self) -> NeedsStatus {
        NeedsStatus::default()
    }
}

/// What can be taken from a mail.
pub fn extracts() -> [Extract; 5] {
    let given = [
        json!("code"),
        json!("link"),
        json!({"regex": "(?i)code\\D{0,20}(\\w+)"}),
        json!({"css": "div > [class] b, #code"}),
        json!({"code": {"length": 8, "letters": true}}),
    ];
    given.map(|extract| Extract::parse(&extract).unwrap())
}

/// Takes all that can be taken from a mail.
pub fn mail(bytes: &[u8]) {
    extracts().iter().for_each(|extract| taken(extract, bytes));
}

/// What is taken is a candidate that is good enough, and what is refused is named and masked.
pub fn taken(extract: &Extract, bytes: &[u8]) {
    let explained = extract.explain(bytes);
    match &explained.outcome {
        Taken::One(value) => {
            let chosen = explained.candidates.iter().find(|one| one.value == *value.expose()).unwrap();
            assert!(chosen.decoy.is_none() && chosen.score() >= explained.enough, "{chosen:?}");
            assert!(!value.expose().is_empty() && !value.expose().contains(char::is_control));
        }
        Taken::Nothing => {}
        Taken::Refused(named) => {
            assert!((1..=8).contains(&named.len()), "{named:?}");
            let masked = |one: &String| one.ends_with(" characters)") && !one.contains(is_hostile);
            assert!(named.iter().all(masked), "{named:?}");
        }
    }
    let again = extract.explain(bytes);
    assert_eq!(explained.candidates, again.candidates, "the same mail gives the same");
}
