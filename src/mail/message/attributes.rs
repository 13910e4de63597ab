//! What the attributes of a tag say about its content.

use super::entities::decode_entities;

/// The attributes that matter, entities decoded.
#[derive(Default)]
pub(super) struct Attributes {
    pub href: String,
    class: String,
    style: String,
    role: String,
    hidden: bool,
}

impl Attributes {
    pub fn read(mut rest: &str) -> Self {
        let mut attributes = Self::default();
        loop {
            rest =
                rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/' || c == '"' || c == '\'' || c == '=');
            let name_end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
            if rest.is_empty() {
                return attributes;
            }
            let name = rest[..name_end].to_ascii_lowercase();
            rest = rest[name_end..].trim_start();
            let mut value = "";
            if let Some(given) = rest.strip_prefix('=') {
                (value, rest) = attribute_value(given.trim_start());
            }
            match name.as_str() {
                "href" => attributes.href = decode_entities(value),
                "class" => attributes.class = value.to_ascii_lowercase(),
                "style" => attributes.style = value.to_ascii_lowercase().replace([' ', '\n', '\r', '\t'], ""),
                "role" => attributes.role = value.to_ascii_lowercase(),
                "hidden" => attributes.hidden = true,
                _ => {}
            }
        }
    }

    pub fn hides(&self) -> bool {
        let hides =
            ["display:none", "visibility:hidden", "mso-hide:all", "font-size:0;", "font-size:0px", "max-height:0"];
        self.hidden || self.style.ends_with("font-size:0") || hides.iter().any(|rule| self.style.contains(rule))
    }

    pub fn enlarges(&self) -> bool {
        let size = self.style.split("font-size:").nth(1).and_then(|size| {
            let digits = size.find(|c: char| !c.is_ascii_digit()).unwrap_or(size.len());
            size[..digits]
                .parse::<u32>()
                .ok()
                .filter(|_| size[digits..].starts_with("px") || size[digits..].starts_with("pt"))
        });
        let bold = ["font-weight:bold", "font-weight:600", "font-weight:700", "font-weight:800", "font-weight:900"];
        size.is_some_and(|size| (20..=100).contains(&size)) || bold.iter().any(|rule| self.style.contains(rule))
    }

    pub fn is_button(&self) -> bool {
        self.class.contains("button")
            || self.class.contains("btn")
            || self.role == "button"
            || self.style.contains("padding")
    }
}

fn attribute_value(given: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = given.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    given.split_at(given.find(char::is_whitespace).unwrap_or(given.len()))
}
