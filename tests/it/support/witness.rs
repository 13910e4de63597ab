use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::echo::serve;

/// A service that remembers what it was asked for. It answers each request with its number, and refuses what is `wrong`.
pub struct Witness {
    pub url: String,
    /// `POST /charge {"amount":1}`
    requests: Arc<Mutex<Vec<String>>>,
}

/// The same with answers of its own, each a status and a document made of a request's head and body.
pub fn stub(mut answer: impl FnMut(&str, &str) -> (&'static str, Value) + Send + 'static) -> Witness {
    let requests: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = requests.clone();
    let url = serve(move |head, body| {
        let request = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1");
        seen.lock().unwrap().push(format!("{request} {body}").trim_end().to_owned());
        answer(head, body)
    });
    Witness { url, requests }
}

impl Witness {
    pub fn start() -> Self {
        let mut number = 0;
        stub(move |_, body| {
            number += 1;
            let status = if body.contains("wrong") { "422 No" } else { "200 OK" };
            (status, json!({ "number": number, "name": "it" }))
        })
    }

    /// All requests so far, in order.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// How many requests went to `path`.
    pub fn count(&self, path: &str) -> usize {
        let to = |line: &&String| line.split(' ').nth(1) == Some(path);
        self.requests().iter().filter(to).count()
    }
}
