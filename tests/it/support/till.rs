//! A service that sells, and remembers what it was asked for.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::echo::serve;

/// What was asked for, as METHOD and path, with the body.
pub type Asked = Arc<Mutex<Vec<(String, Value)>>>;

/// Takes every payment; its only plan has the id 7 and this `price`.
pub fn till(price: Value) -> (String, Asked) {
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    let url = serve(move |head, body| {
        let line: Vec<&str> = head.split(' ').take(2).collect();
        let body = serde_json::from_str(body).unwrap_or_default();
        seen.lock().unwrap().push((line.join(" "), body));
        ("200 OK", json!({ "data": { "subscription_plans": [{ "id": 7, "price": price }] }, "error": null }))
    });
    (url, asked)
}
