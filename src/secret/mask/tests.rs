//! What is masked, and what is not.

use super::*;
use crate::secret::MASKED;
use base64::engine::general_purpose::STANDARD;

#[test]
fn a_secret_is_masked_in_every_spelling() {
    let mask = Mask::default();
    let secret = "p@ss word/+=123";
    mask.learn(&Datum::secret(Value::from(secret)));
    let url: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    for text in [format!("login {secret}!"), url] {
        assert!(!mask.apply(&text).contains("123"), "{text}");
    }
    for prefix in ["", "a", "ab", "abc"] {
        let text = STANDARD.encode(format!("{prefix}{secret}tail"));
        assert!(mask.apply(&text).contains(MASKED), "{prefix}: {text}");
    }
}

#[test]
fn short_and_public_values_are_left_alone() {
    let mask = Mask::default();
    mask.learn(&Datum::secret(Value::from("1234567")));
    mask.learn(&Datum::Public(Value::from("public-value")));
    assert_eq!(mask.apply("1234567 public-value"), "1234567 public-value");
}

#[test]
fn overlapping_secrets_leave_nothing_of_either() {
    let mask = Mask::default();
    ["abcdefgh", "efghijklmnop", "abcdefghXY"].iter().for_each(|text| mask.learn_text(text));
    assert_eq!(mask.apply("<abcdefghijklmnop>"), "<***>");
    assert_eq!(mask.apply("abcdefghabcdefghXY, ä"), "******, ä");
}

#[test]
fn a_text_about_certain_values_hides_short_ones_too() {
    let mask = Mask::of(&[Datum::secret(serde_json::json!({ "code": "428913" })), Datum::Public("abcd".into())]);
    assert_eq!(mask.apply("428913 is wrong, abcd"), "*** is wrong, abcd");
    assert_eq!(mask.apply(&format!("got {}", STANDARD.encode("428913"))), "got ***");
}

#[test]
fn very_many_secrets_cost_little_and_do_not_push_out_the_first() {
    let mask = Mask::default();
    mask.learn_text("the-users-own-password");
    let many: Value = (0..20_000).map(|number| format!("https://host.test/{number:05}")).collect();
    mask.learn(&Datum::secret(many));
    let known = mask.known.read().unwrap();
    assert_eq!(known.texts, MAX_TEXTS);
    drop(known);
    assert_eq!(mask.apply("the-users-own-password https://host.test/00007"), "*** ***");
}

#[test]
fn a_mask_above_another_knows_more_and_tells_it_nothing() {
    let below = Mask::default();
    below.learn_text("known-to-all");
    let (one, other) = (below.above(), below.above());
    let (given, own) = (Datum::secret("known-to-all".into()), Datum::secret("known-to-one".into()));
    assert_eq!((one.learn(&given), one.learn(&own), one.learn(&own)), (vec![], vec!["known-to-one"], vec![]));
    below.learn_text("known-later");
    let text = "known-to-all known-to-one known-later";
    assert_eq!(one.apply(text), "*** *** ***");
    assert_eq!(other.apply(text), "*** known-to-one ***");
    assert_eq!(below.apply(text), "*** known-to-one ***");
}

#[test]
fn a_mask_does_not_print_what_it_knows() {
    let mask = Mask::default();
    mask.learn_text("hunter2-hunter2");
    assert_eq!(format!("{mask:?}"), "Mask");
}

#[test]
fn a_text_is_new_once_however_many_are_known() {
    let mask = Mask::default();
    let texts: Vec<Datum> = (0..3 * FEW).map(|number| Datum::secret(format!("secret-{number}").into())).collect();
    let news = |mask: &Mask| texts.iter().map(|text| mask.learn(text).len()).sum::<usize>();
    assert_eq!((news(&mask), news(&mask)), (texts.len(), 0));
    assert_eq!(mask.apply("secret-0 secret-47"), "*** ***");
    assert_eq!(news(&mask), 0, "also when they are spelled out");
}
