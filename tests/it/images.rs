//! Images: both versions of the routes, URLs and base64, files, and what goes wrong on the way.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Output, SandboxProcess, TestContext, post, post_as, stub};

const EMAIL: &str = "ada@onramp.test";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

const FLOW: &str = r#"
secrets: { key: { env: MODELSLAB_API_KEY } }
inputs: { download: { default: "" }, base64: { type: boolean, default: false }, version: { default: v6 } }
steps:
  draw:
    uses: modelslab.text2img
    with:
      key: "${{ secrets.key }}"
      prompt: a lamp
      api_version: "${{ inputs.version }}"
      base64: "${{ inputs.base64 }}"
      download: "${{ inputs.download }}"
    retry: { max-attempts: 3, delay: 10ms }
outputs:
  output: "${{ steps.draw.outputs.output }}"
  files: "${{ steps.draw.outputs.files }}"
"#;

/// An account with a key at a sandbox.
struct Studio {
    context: TestContext,
    sandbox: SandboxProcess,
    key: String,
}

impl Studio {
    fn open() -> Self {
        let context = TestContext::new();
        let sandbox = context.sandbox();
        let at = |path: &str| format!("{}/api/agents/v1/{path}", sandbox.base_url);
        let data = |(status, body): (u16, String)| {
            assert!(status < 300, "{status} {body}");
            serde_json::from_str::<Value>(&body).unwrap()["data"].clone()
        };
        let password = "Correct-horse-7-battery";
        data(post(&at("auth/signup"), &json!({ "name": "Ada", "email": EMAIL, "password": password })));
        let code = sandbox.mailed_codes(EMAIL).pop().unwrap();
        let session = data(post(&at("auth/verify-email"), &json!({ "email": EMAIL, "verification_code": code })));
        let token = session["access_token"].as_str().unwrap();
        let made = data(post_as(token, &at("api-keys"), &json!({ "name": "images" })));
        let key = made["key"].as_str().unwrap().to_owned();
        context.write("flow.yaml", FLOW);
        Self { context, sandbox, key }
    }

    fn draw(&self, inputs: &[&str]) -> Output {
        self.draw_file("flow.yaml", inputs)
    }

    fn draw_file(&self, file: &str, inputs: &[&str]) -> Output {
        let inputs = inputs.iter().flat_map(|input| ["-i", input]);
        let command = self.context.onramp(["run", file, "--json"]).args(inputs);
        command.env("MODELSLAB_API_KEY", &self.key).against(&self.sandbox).run()
    }

    fn images(&self) -> usize {
        self.sandbox.ledger().account(EMAIL).images()
    }

    fn statuses(&self, route: &str) -> Vec<u64> {
        let ledger = self.sandbox.ledger();
        ledger.account(EMAIL).requests("POST", route).iter().filter_map(|one| one["status"].as_u64()).collect()
    }
}

fn error(output: &Output) -> String {
    output.json()["steps"]["draw"]["error"]["code"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn urls_and_base64_of_both_versions_become_files() {
    let studio = Studio::open();
    for version in ["version=v6", "version=v7"] {
        for base64 in ["base64=false", "base64=true"] {
            let drawn = studio.draw(&[version, base64, "download=images/today"]).expect_code(0).json();
            let (output, file) = (&drawn["outputs"]["output"][0], &drawn["outputs"]["files"][0]);
            assert_eq!(output.as_str().unwrap().starts_with("http"), base64 == "base64=false", "{drawn}");
            let file = studio.context.path(file.as_str().unwrap());
            assert!(file.starts_with(studio.context.path("images/today")), "{file:?}");
            assert!(fs::read(file).unwrap().starts_with(PNG));
        }
    }
    assert_eq!(
        (studio.statuses("/v6/images/text2img"), studio.statuses("/v7/images/text-to-image")),
        (vec![200; 2], vec![200; 2])
    );
    assert_eq!(fs::read_dir(studio.context.path("images/today")).unwrap().count(), 4);
}

#[test]
fn nothing_is_brought_that_was_not_asked_for() {
    let studio = Studio::open();
    let drawn = studio.draw(&[]).expect_code(0).json();
    assert_eq!(drawn["outputs"]["files"], Value::Null);
    assert!(
        studio
            .sandbox
            .ledger()
            .list("requests")
            .iter()
            .all(|one| !one["route"].as_str().unwrap().contains("generations"))
    );
}

#[test]
fn trouble_on_the_way_makes_no_second_image() {
    for (rules, made) in [
        (json!([{ "on": "text2img", "fault": "503", "times": 1 }]), 1),
        (json!([{ "on": "fetch_image", "fault": "503", "times": 2 }]), 1),
        (json!([{ "on": "fetch_image", "fault": "drop-after", "times": 1 }]), 1),
        (json!([{ "on": "image", "fault": "503", "times": 1 }]), 1),
        (json!([{ "on": "image", "fault": "drop-before", "times": 1 }]), 1),
    ] {
        let studio = Studio::open();
        studio.sandbox.set_faults(rules.clone());
        let drawn = studio.draw(&["download=images"]).expect_code(0).json();
        assert_eq!((studio.images(), drawn["outputs"]["files"].as_array().unwrap().len()), (made, 1), "{rules}");
    }
}

#[test]
fn what_is_no_image_is_not_kept_and_not_paid_for_twice() {
    for (rules, inputs, code) in [
        (json!([{ "on": "image", "fault": "not-an-image" }]), ["version=v6", "base64=false"], "service.not_an_image"),
        (json!([{ "on": "image", "fault": "not-an-image" }]), ["version=v6", "base64=true"], "service.not_an_image"),
        (
            json!([{ "on": "fetch_image", "fault": "not-an-image" }]),
            ["version=v7", "base64=true"],
            "service.not_an_image",
        ),
        (json!([{ "on": "*", "fault": "image-failed" }]), ["version=v6", "base64=false"], "service.generation_failed"),
        (json!([{ "on": "image", "fault": "503" }]), ["version=v6", "base64=false"], "service.5xx"),
    ] {
        let studio = Studio::open();
        studio.sandbox.set_faults(rules.clone());
        let drawn = studio.draw(&[inputs[0], inputs[1], "download=images"]).expect_code(1);
        assert_eq!((error(&drawn), studio.images()), (code.to_owned(), 1), "{rules}");
        assert!(!studio.context.path("images").exists(), "{rules}");
    }
}

#[test]
fn no_more_images_are_asked_for_than_the_queue_has_places() {
    let studio = Studio::open();
    let many = FLOW.replace(
        "    retry: { max-attempts: 3, delay: 10ms }\n",
        "    strategy: { matrix: { number: [1, 2, 3, 4, 5, 6, 7] } }\n",
    );
    studio.context.write("many.yaml", &many);
    studio.draw_file("many.yaml", &[]).expect_code(0);
    assert_eq!(studio.statuses("/v6/images/text2img"), vec![200; 7], "none was turned away");
}

#[test]
fn a_queue_that_others_have_filled_is_told() {
    let studio = Studio::open();
    for _ in 0..5 {
        let request = json!({ "key": studio.key, "model_id": "flux", "prompt": "a lamp" });
        assert_eq!(post(&format!("{}/api/v6/images/text2img", studio.sandbox.base_url), &request).0, 200);
    }
    studio.context.write("once.yaml", &FLOW.replace("{ max-attempts: 3, delay: 10ms }", "1"));
    let drawn = studio.draw_file("once.yaml", &[]).expect_code(1);
    assert_eq!(error(&drawn), "service.429");
}

#[test]
fn no_file_is_written_outside_of_the_workflows_folder() {
    let studio = Studio::open();
    let literal = FLOW.replace("\"${{ inputs.download }}\"", "../elsewhere");
    studio.context.write("literal.yaml", &literal);
    studio.draw_file("literal.yaml", &[]).expect_code(2).says(&["E0117", "its own folder alone"]);
    for path in ["download=../elsewhere", "download=/tmp/elsewhere", "download=.hidden"] {
        assert_eq!(error(&studio.draw(&[path]).expect_code(1)), "config.download");
    }
    assert_eq!(studio.images(), 0);
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), studio.context.path("linked")).unwrap();
    assert_eq!(error(&studio.draw(&["download=linked"]).expect_code(1)), "config.download");
    assert_eq!((studio.images(), fs::read_dir(elsewhere.path()).unwrap().count()), (1, 0));
}

#[test]
fn the_key_goes_to_the_service_alone() {
    let foreign = stub(|_, _| ("200 OK", json!({ "status": "success", "output": ["x"] })));
    let elsewhere = format!("{}/api/v6/images/fetch/7", foreign.url);
    let service = stub(move |head, _| {
        let answer = match head.contains("/fetch/") {
            true => json!({ "status": "success", "id": 7, "output": ["https://images.test/7.png"] }),
            false => json!({ "status": "processing", "id": 7, "eta": 0, "fetch_result": elsewhere }),
        };
        ("200 OK", answer)
    });
    let context = TestContext::new();
    context.write("flow.yaml", FLOW);
    let command = context.onramp(["run", "flow.yaml", "--json", "--base-url", &service.url]);
    let drawn = command.env("MODELSLAB_API_KEY", "key-of-ada").run().expect_code(0).json();
    assert_eq!(drawn["outputs"]["output"], json!(["https://images.test/7.png"]));
    assert_eq!(foreign.requests(), Vec::<String>::new());
    for request in service.requests() {
        let (line, body) = request.split_once(' ').and_then(|(_, rest)| rest.split_once(' ')).unwrap();
        assert!(!line.contains("key-of-ada") && body.contains("key-of-ada"), "{request}");
    }
}
