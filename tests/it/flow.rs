//! What a workflow says of looks and defaults, against a real service.

use serde_json::json;

use crate::support::{TestContext, stumbles};

#[test]
fn a_look_finds_what_a_service_made_before_it_stumbled() {
    let context = TestContext::new();
    let text = r#"
name: probed
inputs: { place: {} }
defaults: { headers: { X-Team: core } }
steps:
  create:
    uses: http
    with: { url: "${{ inputs.place }}/things", method: POST, json: { name: lamp } }
    settle: 50ms
    outputs: { id: response.body.id, key: { value: response.body.key, secret: true } }
    probe:
      url: "${{ inputs.place }}/things"
      done-if: response.body.exists(thing, thing.name == 'lamp')
      outputs: { id: "response.body[0].id", key: "null" }
outputs: { id: "${{ steps.create.outputs.id }}" }
"#;
    let workflow = context.write("probed.yaml", text);
    let place = format!("place={}", stumbles("x-team: core"));
    let done = context.onramp(["run", "--json", "-i", &place]).arg(&workflow).run().expect_code(0).json();
    assert_eq!((&done["steps"]["create"]["attempts"], &done["outputs"]["id"]), (&json!(1), &json!(1)));
}
