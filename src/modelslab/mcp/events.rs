//! The reply in an answer, which is a JSON document or a stream of server-sent events.

use serde_json::Value;

/// The JSON-RPC message in `body` that answers the request `id`.
pub(super) fn reply(body: &[u8], id: &Value) -> Option<Value> {
    match serde_json::from_slice(body) {
        Ok(whole) => answers(whole, id),
        Err(_) => in_events(body, id),
    }
}

/// Looks for it while a stream comes in: the server may leave the stream open behind its answer.
pub(super) struct Reader<'a> {
    id: Option<&'a Value>,
    /// What was looked through: whole events.
    read: usize,
    seen: usize,
}

impl<'a> Reader<'a> {
    pub fn new(id: Option<&'a Value>) -> Self {
        Self { id, read: 0, seen: 0 }
    }

    /// Whether the reply is in `body`, of which more may come.
    pub fn enough(&mut self, body: &[u8]) -> bool {
        let Some(id) = self.id else { return false };
        let from = self.seen.saturating_sub(3).max(self.read);
        self.seen = body.len();
        let Some(end) = last_end(&body[from..]).map(|end| from + end) else { return false };
        let fresh = &body[self.read..end];
        self.read = end;
        in_events(fresh, id).is_some()
    }
}

/// Where the last whole event ends: behind an empty line.
fn last_end(body: &[u8]) -> Option<usize> {
    let ends = [b"\n\n".as_slice(), b"\r\r", b"\r\n\r\n"];
    let last = |end: &[u8]| body.windows(end.len()).rposition(|part| part == end).map(|at| at + end.len());
    ends.into_iter().filter_map(last).max()
}

fn in_events(body: &[u8], id: &Value) -> Option<Value> {
    let text = String::from_utf8_lossy(body).replace("\r\n", "\n").replace('\r', "\n");
    text.split("\n\n").find_map(|event| {
        let data: Vec<&str> = event.lines().filter_map(|line| line.strip_prefix("data:")).map(unspaced).collect();
        answers(serde_json::from_str(&data.join("\n")).ok()?, id)
    })
}

fn unspaced(data: &str) -> &str {
    data.strip_prefix(' ').unwrap_or(data)
}

/// Messages of the server's own have a method.
fn answers(message: Value, id: &Value) -> Option<Value> {
    (message.get("method").is_none() && message.get("id") == Some(id)).then_some(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const STREAM: &str = "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\n: ping\n\n\
                          data: {\"jsonrpc\":\"2.0\",\ndata: \"id\":1,\"result\":{}}\n\n";

    #[test]
    fn a_reply_is_a_document_or_an_event() {
        let reply_of = |body: &str| reply(body.as_bytes(), &json!(1));
        let wanted = json!({ "jsonrpc": "2.0", "id": 1, "result": {} });
        for body in [wanted.to_string(), STREAM.to_owned(), STREAM.replace('\n', "\r\n"), STREAM.replace('\n', "\r")] {
            assert_eq!(reply_of(&body), Some(wanted.clone()), "{body}");
        }
        for body in ["", "{}", "data: {\"id\":2,\"result\":{}}\n\n", "<html>", "data: \n\n"] {
            assert_eq!(reply_of(body), None, "{body}");
        }
    }

    #[test]
    fn a_stream_is_read_until_the_reply() {
        for line_end in ["\n", "\r\n"] {
            let stream = STREAM.replace('\n', line_end);
            let id = json!(1);
            let mut reader = Reader::new(Some(&id));
            let enough = (0..=stream.len()).find(|&end| reader.enough(&stream.as_bytes()[..end]));
            assert_eq!(enough, Some(stream.len()));
        }
        assert!(!Reader::new(None).enough(STREAM.as_bytes()));
    }
}
