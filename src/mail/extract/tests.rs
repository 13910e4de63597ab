use serde_json::json;

use super::*;

fn mail(kind: &str, body: &str) -> Vec<u8> {
    format!("Subject: Hello\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n{body}").into_bytes()
}

fn code(kind: &str, body: &str) -> Result<String, NotTaken> {
    Extract::Code.take(&mail(kind, body))
}

fn rivals(outcome: Result<String, NotTaken>) -> Vec<String> {
    match outcome.unwrap_err() {
        NotTaken::Ambiguous(named) => named,
        NotTaken::Nothing => Vec::new(),
    }
}

#[test]
fn extracts_are_read_from_the_workflow() {
    assert_eq!(Extract::parse(&json!("code")), Ok(Extract::Code));
    assert_eq!(Extract::parse(&json!("link")).unwrap().gives(), "link");
    assert_eq!(Extract::parse(&json!({"link": "/verify/{code}"})).unwrap().gives(), "code");
    for given in [
        json!({"regex": "Code: (\\d+)"}),
        json!({"regex": "(?:a|b)(?<code>\\w+)(x)?"}),
        json!({"css": "#code"}),
        json!({"code": {"digits": 6}}),
    ] {
        assert_eq!(Extract::parse(&given).unwrap().gives(), "code", "{given}");
    }
    for (bad, says) in [
        (json!("kode"), "did you mean `code`?"),
        (json!({"link": "/verify"}), "{code} exactly once"),
        (json!({"link": "/verify"}), "write `/verify/{code}`"),
        (json!({"link": "/verify/{token}"}), "write `/verify/{code}`"),
        (json!({"lnk": "/verify/{code}"}), "did you mean `link`?"),
        (json!({"link": 5}), "`link` is a number"),
        (json!({}), "it says nothing"),
        (json!({"link": "/{code}", "code": {"digits": 6}}), "more than one key"),
        (json!({"regex": "("}), "not a regular expression"),
        (json!({"regex": "\\w{1000}{1000}"}), "too large"),
        (json!({"regex": "(a)(b)"}), "none is named `code`"),
        (json!({"css": "a:hover"}), "`:` cannot stand there"),
        (json!({"code": 6}), "`code` is a number"),
        (json!(5), "write code"),
    ] {
        let error = Extract::parse(&bad).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn a_pattern_takes_the_code_from_link_before_text() {
    let pattern = Extract::parse(&json!({"link": "/verify/{code}"})).unwrap();
    let html = "<p>See www.x.test/verify/other</p><a href='https://x.test/verify/abc%2Bdef'>Verify</a>";
    assert_eq!(pattern.take(&mail("html", html)), Ok("abc+def".into()));
    assert_eq!(pattern.take(&mail("plain", "Go to x.test/verify/abc.")), Ok("abc".into()));
    assert_eq!(pattern.take(&mail("plain", "Go to x.test/other/abc")), Err(NotTaken::Nothing));
}

#[test]
fn two_codes_in_one_message_are_refused_and_masked() {
    let pattern = Extract::parse(&json!({"link": "/verify/{code}"})).unwrap();
    let two = mail("plain", "https://x.test/verify/first-token-1 https://x.test/verify/second-token-2");
    let named = rivals(pattern.take(&two));
    assert_eq!(named, ["fir… (13 characters)", "sec… (14 characters)"]);
    let named = rivals(code("plain", "Your code: 482911\nYour code: 771204\n"));
    assert_eq!(named, ["4… (6 characters)", "7… (6 characters)"]);
    let twice = mail("plain", "https://x.test/verify/same <https://x.test/verify/same>");
    assert_eq!(pattern.take(&twice), Ok("same".into()));
}

#[test]
fn the_link_is_the_one_to_follow() {
    let html = "<a href='https://x.test/'>X</a> <a href='https://x.test/confirm/0a1b2c3d4e5f6a7b8c9d'>Confirm</a>\
        <a href='https://x.test/unsubscribe?token=0a1b2c3d4e5f6a7b8c9d'>No more</a> <a href='https://x.com/x'>X</a>\
        <a href='https://x.test/privacy'>Privacy</a> <a href='https://x.test/help'>Ask</a>";
    assert_eq!(Extract::Link.take(&mail("html", html)), Ok("https://x.test/confirm/0a1b2c3d4e5f6a7b8c9d".into()));
    let alike = "https://x.test/confirm/0a1b2c3d4e5f6a7b8c9d https://x.test/confirm/1a1b2c3d4e5f6a7b8c9d";
    let named = rivals(Extract::Link.take(&mail("plain", alike)));
    assert!(named[0].starts_with("https://x.test/…"), "{named:?}");
    assert_eq!(Extract::Link.take(&mail("plain", "https://x.test/privacy")), Err(NotTaken::Nothing));
}

#[test]
fn the_users_own_pattern_wins() {
    let html = "<p>Your code: 482911</p><p id=code>77 12</p><p>Ref QX-1</p><a href='https://x.test/?c=abc'>x</a>";
    let take = |extract| Extract::parse(&extract).unwrap().take(&mail("html", html));
    assert_eq!(take(json!({"css": "#code"})), Ok("7712".into()));
    assert_eq!(take(json!({"regex": "Ref (\\S+)$"})), Ok("QX-1".into()));
    assert_eq!(take(json!({"regex": "(?<code>Q.)-(\\d)"})), Ok("QX".into()));
    assert_eq!(take(json!({"regex": "code:\\s+\\d+\\n77"})), Err(NotTaken::Nothing), "a code has no line break");
    assert_eq!(take(json!({"regex": "c=(\\w+)"})), Ok("abc".into()), "links come last");
    assert_eq!(take(json!({"code": {"digits": 4}})), Ok("7712".into()));
    assert_eq!(take(json!({"css": "#other"})), Err(NotTaken::Nothing));
    assert_eq!(rivals(take(json!({"css": "p"}))).len(), 3);
}

#[test]
fn a_doubtful_candidate_is_named_and_not_taken() {
    let doubtful = code("plain", "Your Nimbus confirmation coce is 482911");
    assert_eq!(doubtful, Err(NotTaken::Ambiguous(vec!["4… (6 characters)".into()])));
}

#[test]
fn an_explanation_gives_each_candidate_its_score_and_reasons() {
    let message = b"Subject: Hello\r\n\r\nYour code: 482911\r\nOrder 771204 of 22.11.2026, EUR 5512\r\n";
    let explained = Extract::Code.explain(message);
    assert!(matches!(&explained.outcome, Taken::One(code) if code.expose() == "482911"));
    let [first, others @ ..] = explained.candidates.as_slice() else { panic!() };
    assert_eq!((first.value.as_str(), first.score()), ("482911", 9));
    let reasons: Vec<_> = first.signs.iter().map(|sign| (sign.weight, sign.name)).collect();
    assert_eq!(reasons, [(1, "six digits"), (7, "right beside a word for a code"), (1, "behind a colon or \"is\"")]);
    let others: Vec<_> = others.iter().map(|one| (one.value.as_str(), one.decoy, one.score() < 0)).collect();
    assert_eq!(others, [("771204", None, true), ("5512", Some("a price"), false)]);
}

#[test]
fn codes_of_all_shapes_are_found() {
    for (kind, body, expected) in [
        ("plain", "Your verification code is 482911.", "482911"),
        ("plain", "482 911 is your code", "482911"),
        ("plain", "Enter this code:\n\n4 8 2 9 1 1\n", "482911"),
        ("plain", "G-482911 is your verification code", "G-482911"),
        ("plain", "Code:\n\nX3WG-V522\n", "X3WG-V522"),
        ("plain", "Ihr Best\u{e4}tigungscode lautet: A1B2C3", "A1B2C3"),
        ("plain", "Your code is below.\n\nNMFHMJ\n", "NMFHMJ"),
        ("html", "<p>Your code</p><p><span>4</span><span>8</span><span>2</span><b>911</b></p>", "482911"),
        ("html", "<p>Your code</p><td>4</td><td>8</td><td>2</td><td>9</td><p>It is good for an hour.</p>", "4829"),
        ("html", "<div>Order 1234</div><div>Your code:</div><div>567890</div>", "567890"),
        (
            "plain",
            "\u{60a8}\u{7684}\u{9a8c}\u{8bc1}\u{7801}\u{ff1a}482911\u{ff0c}\u{8bf7}\u{52ff}\u{6cc4}\u{9732}",
            "482911",
        ),
        ("plain", "次の6桁の数字を入力してください。\n\n482911\n", "482911"),
    ] {
        assert_eq!(code(kind, body).as_deref(), Ok(expected), "{body}");
    }
}

#[test]
fn what_only_looks_like_a_code_is_left_alone() {
    for body in [
        "Your order 482911 has been sent.",
        "\u{a9} 2026 Nimbus, 251 Little Falls Drive, Wilmington 19808",
        "Call +1 555 010 4829 or 800-555-0148",
        "https://x.test/track/482911?code=771204",
        "See you on 2026-11-22 at 10:15, it costs 4829.11 EUR",
        "HELLO\n\nWELCOME\n",
        "Invoice number\n\n482911\n",
        "Ihr Abholcode lautet 4829",
        "Código de recogida: 482911",
        "商品コード：482911",
        "Your code\n\n0 1 2 3 4 5 6 7 8 9",
    ] {
        assert_eq!(code("plain", body), Err(NotTaken::Nothing), "{body}");
    }
}
