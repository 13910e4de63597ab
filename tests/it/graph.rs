//! Pictures of workflows and runs, by the real program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use insta::assert_snapshot;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::support::{TestContext, WORKFLOW};

/// Words that mean something to mermaid, to Markdown or to a browser.
const HOSTILE: &str = r##"name: "</title><script>alert(1)</script> ]\" # `end` %% --> ::error::"
inputs: { names: { type: array, default: [end] } }
steps:
  end: { uses: http, with: { url: "https://a.example/" } }
  graph: { uses: http, if: always(), with: { url: "https://a.example/${{ steps.end.outputs.status }}" } }
  subgraph: { uses: "./lib/end; class.yaml", needs: graph }
  click:
    uses: http
    needs: subgraph
    strategy: { matrix: { name: "${{ inputs.names }}" } }
    with: { url: "https://a.example/${{ matrix.name }}", method: POST }
"##;
const INSIDE: &str = "steps:
  end: { uses: assert, with: { that: true, message: x } }
  style: { uses: assert, needs: end, with: { that: true, message: x } }
";

fn hostile(context: &TestContext) {
    fs::create_dir(context.path("lib")).unwrap();
    context.write("lib/end; class.yaml", INSIDE);
    context.write("hostile.yaml", HOSTILE);
}

fn draw(context: &TestContext, what: &str, format: &str) -> String {
    context.onramp(["graph", what, "--format", format]).run().expect_code(0).stdout
}

#[test]
fn a_workflow_is_drawn_as_text_for_mermaid() {
    assert_snapshot!("graph", draw(&TestContext::new(), WORKFLOW, "mermaid"));
}

#[test]
fn a_call_is_drawn_around_the_steps_of_its_file() {
    let context = TestContext::new();
    hostile(&context);
    assert_snapshot!("graph_call", draw(&context, "hostile.yaml", "mermaid"));
}

#[test]
fn a_run_is_drawn_with_how_each_step_stands() {
    let context = TestContext::new();
    context.onramp(["run", WORKFLOW, "--sandbox", "--inject", "fail:key"]).run().expect_code(1);
    let drawn = draw(&context, "last", "mermaid");
    for (step, class) in [("signup", "succeeded"), ("key", "failed"), ("invite", "succeeded"), ("generate", "skipped")]
    {
        let line = drawn.lines().find(|line| line.contains(&format!("\"{step}<br/>"))).unwrap();
        assert!(line.contains(&format!("<br/>{class}")) && line.ends_with(&format!(":::{class}")), "{line}");
    }
    assert!(drawn.contains("2 items"), "{drawn}");
    let picture = draw(&context, "last", "svg");
    assert!(picture.contains(r#"<rect class="failed""#) && !picture.contains(r#"<rect class="once""#), "{picture}");
}

#[test]
fn an_svg_is_well_formed_whatever_the_names_are() {
    let context = TestContext::new();
    hostile(&context);
    let picture = draw(&context, "hostile.yaml", "svg");
    let mut reader = Reader::from_str(&picture);
    let (mut names, mut texts) = (Vec::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => names.push(tag.name().as_ref().to_owned()),
            Event::Text(text) => texts += &text,
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(names.iter().all(|name| ["svg", "title", "style", "marker", "path", "rect", "text"].contains(&&**name)));
    for step in ["end", "graph", "subgraph", "click", "style"] {
        assert!(texts.contains(step), "{step} is not in\n{texts}");
    }
}

#[test]
fn a_workflow_of_thousands_of_steps_is_drawn() {
    let context = TestContext::new();
    let mut text = String::from("steps:\n");
    for number in 0..2_000 {
        // Each waits for one of the first steps too: arrows as long as the picture.
        let needs = if number < 10 { String::new() } else { format!(", needs: [s{}, s{}]", number - 10, number % 10) };
        text += &format!("  s{number}: {{ uses: sleep, with: {{ for: 1s }}{needs} }}\n");
    }
    context.write("large.yaml", &text);
    assert!(draw(&context, "large.yaml", "svg").ends_with("</svg>\n"));
}

#[test]
fn what_is_neither_a_file_nor_a_run_is_named() {
    let context = TestContext::new();
    context.onramp(["graph", "missing.yaml"]).run().expect_code(2).says(&["cannot read missing.yaml"]);
    context.onramp(["graph", "nothing"]).run().expect_code(2).says(&["nothing"]);
    let broken = context.write("broken.yaml", "steps: { a: { uses: nope } }");
    context.onramp(["graph", broken.to_str().unwrap()]).run().expect_code(2).says(&["E0110"]);
}

#[test]
#[ignore = "needs node and mermaid from npm; tests/run installs them"]
fn mermaid_reads_what_is_drawn() {
    let context = TestContext::new();
    hostile(&context);
    context.onramp(["run", WORKFLOW, "--sandbox", "--inject", "fail:key"]).run().expect_code(1);
    let texts = [WORKFLOW, "hostile.yaml", "last"].map(|what| draw(&context, what, "mermaid"));
    let files: Vec<PathBuf> =
        texts.iter().enumerate().map(|(number, text)| context.write(&format!("{number}.mmd"), text)).collect();
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("mermaid");
    let parse = |files: &[PathBuf]| {
        let node = Command::new("node").arg(installed.join("parse.mjs")).args(files).output();
        node.expect("node, and tests/run to install mermaid")
    };
    let read = parse(&files);
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    assert_eq!(String::from_utf8_lossy(&read.stdout).matches("flowchart").count(), files.len());
    let wrong = context.write("wrong.mmd", &texts[0].replacen("[\"", "[[\"", 1));
    assert!(!parse(&[wrong]).status.success(), "mermaid reads anything");
}
