//! What is refused before the run, and where it is shown.

use super::values::faults;
use crate::expr::{Place, Positions, Template, ValueType};

#[test]
fn each_reference_has_its_own_place() {
    let text = "é ${{ inputs.one + steps.ab.outputs.cd.x }} ${{ inputs.list.map(i, i + matrix.m) }}";
    let template = Template::parse(text).unwrap();
    let found: Vec<(String, &str)> =
        template.references().map(|(reference, span)| (reference.to_string(), &text[span.start..span.end])).collect();
    for (reference, at) in &found {
        assert_eq!(reference, at);
    }
    assert_eq!(
        found.iter().map(|(_, at)| *at).collect::<Vec<_>>(),
        ["inputs.one", "steps.ab.outputs.cd", "inputs.list", "matrix.m"]
    );
}

#[test]
fn faults_stand_at_their_own_column() {
    for (text, code, at) in [
        ("${{ inptus.a }}", "E0121", "inptus"),
        ("${{ inputs }}", "E0121", "inputs"),
        ("${{ inputs['a'] }}", "E0128", "inputs["),
        ("${{ steps[inputs.x].outputs.y }}", "E0128", "steps["),
        ("${{ steps.a['outputs'] }}", "E0128", "steps.a["),
        ("${{ steps.a.y }}", "E0121", "steps.a.y"),
        ("${{ steps.a.output.y }}", "E0121", "steps.a.output"),
        ("${{ steps.a.outputs }}", "E0121", "steps.a.outputs"),
        ("${{ steps.a.outputs.size() }}", "E0121", "steps.a.outputs"),
        ("${{ run.name }}", "E0121", "run.name"),
        ("${{ inputs.`a` }}", "E0121", "inputs"),
        ("${{ inputs.body.`a-b` }}", "E0120", "`a-b`"),
        ("${{ inputs.Ab }}", "E0107", "Ab"),
        ("${{ inputs.api-key }}", "E0107", "api-key"),
        ("${{ steps.sign-up.outputs.id }}", "E0107", "sign-up"),
        ("${{ inputs.a -b }}", "E0121", "b"),
        ("${{ response.body }}", "E0129", "response"),
        ("${{ success() }}", "E0127", "success"),
        ("${{ lenght(inputs.a) }}", "E0122", "lenght"),
        ("${{ timestamp('x') }}", "E0122", "timestamp"),
        ("${{ inputs.a.startswith('b') }}", "E0122", "startswith"),
        ("${{ inputs.a.map(inputs, inputs.b) }}", "E0121", "inputs"),
        ("${{ inputs.a.map(x) }}", "E0120", "map("),
        ("${{ .inputs.a }}", "E0120", ".inputs"),
        ("${{ Foo{a: 1} }}", "E0121", "Foo"),
        ("${{ {'a': 1} }}", "E0120", "{"),
        ("${{ b'x' }}", "E0120", "b'x'"),
        ("${{ 1 + 1u }}", "E0120", "1u"),
        ("${{ 1 + }}", "E0120", ""),
        ("${{ inputs.a inputs.b }}", "E0120", "inputs.b"),
        ("${{ 'x }}", "E0120", "${{"),
        ("${{ é }}", "E0120", "é"),
        ("${{ }}", "E0120", " "),
        ("a ${{ b", "E0120", "${{"),
    ] {
        let found = &faults(text)[0];
        assert_eq!(found.code, code, "{text}: {found:?}");
        let shown = &text[found.span.start..found.span.end];
        assert!(shown.starts_with(at) || at.starts_with(shown), "{text}: {shown}");
    }
}

#[test]
fn all_faults_of_a_text_are_found() {
    let codes: Vec<&str> = faults("${{ a }} ${{ inputs.b + c }} ${{ d( }}").iter().map(|found| found.code).collect();
    assert_eq!(codes, ["E0121", "E0121", "E0122", "E0120"]);
}

#[test]
fn a_response_is_known_in_a_capture_only() {
    let capture = |text: &str| Template::bare_at(text, &Positions::Verbatim(0), Place::Capture);
    assert_eq!(capture("response.body").unwrap().references().next().unwrap().0.to_string(), "response.body");
    assert_eq!(capture("response.text").unwrap_err().faults[0].code, "E0121");
}

#[test]
fn what_can_be_read_of_a_wrong_value_is_known() {
    for (text, known) in [
        ("${{ wrong + inputs.a + f(inputs.b) }}", vec!["inputs.a", "inputs.b"]),
        ("${{ inputs.a + * inputs.b }}", vec!["inputs.a", "inputs.b"]),
        ("${{ inputs.a }} ${{ inputs.b", vec!["inputs.a"]),
        ("${{ inputs.a # inputs.b }}", vec!["inputs.a"]),
        ("${{ inputs.a + inputs.b# }}", vec!["inputs.a"]),
        ("${{ inputs.a + inputs.# }}", vec!["inputs.a"]),
        ("${{ { a: inputs.a } }}", vec!["inputs.a"]),
        ("${{ inputs.a-b + inputs.b }}", vec!["inputs.b"]),
    ] {
        let rest = Template::parse(text).unwrap_err().rest;
        let references: Vec<String> = rest.references().map(|(reference, _)| reference.to_string()).collect();
        assert_eq!(references, known, "{text}");
        assert!(rest.evaluate(&super::values::values()).is_err());
    }
}

#[test]
fn a_wrong_name_hides_no_wrong_type_and_makes_none() {
    let faults = |text: &str| {
        let (mut faults, rest) = (Vec::new(), Template::parse(text).unwrap_err().rest);
        rest.infer(&|_| ValueType::Integer, &mut faults);
        faults.len()
    };
    for (text, wrong) in [
        ("${{ wrong || inputs.a + 'x' == '' }}", 1),
        ("${{ wrong }} ${{ size(inputs.a) }}", 1),
        ("${{ upper(inputs.a, 2) + 'x' }}", 0),
        ("${{ 'x'.upper() + 1 }}", 0),
        ("${{ inputs == wrong }}", 0),
        ("${{ inputs.a-b + 'x' }}", 0),
        ("${{ steps.a.id + 'x' }}", 0),
    ] {
        assert_eq!(faults(text), wrong, "{text}");
    }
}
