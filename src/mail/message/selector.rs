//! CSS selectors, as far as mails need them: `#code`, `td.otp > b`, `[data-code]`, `a, b`.
//!
//! Names, `*`, `#id`, `.class`, `[attribute]` with `=`, `^=`, `$=`, `*=` and `~=`, the combinators space and `>`, and lists. No
//! pseudo-classes: the walk that the text is read with knows no siblings.

const MAX_SELECTOR: usize = 300;

/// A list of paths, each a chain of elements from the outside in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mail) struct Selector {
    paths: Vec<Vec<Step>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Step {
    /// Directly inside of the one before.
    child: bool,
    name: Option<String>,
    tests: Vec<Test>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Test {
    attribute: String,
    operator: Operator,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Present,
    Is,
    Begins,
    Ends,
    Contains,
    Word,
}

impl Selector {
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_SELECTOR {
            return Err(format!("the selector is longer than {MAX_SELECTOR} bytes"));
        }
        let paths = text.split(',').map(path).collect::<Result<_, _>>()?;
        Ok(Self { paths })
    }

    /// Whether the innermost open element is meant.
    pub(super) fn fits(&self, open: &[Element]) -> bool {
        self.paths.iter().any(|path| fits(path, open))
    }
}

fn path(text: &str) -> Result<Vec<Step>, String> {
    let mut rest = text.trim();
    let (mut steps, mut child) = (Vec::new(), false);
    while !rest.is_empty() {
        let (step, after) = step(rest)?;
        steps.push(Step { child, ..step });
        rest = after.trim_start();
        child = rest.starts_with('>');
        if child {
            rest = rest[1..].trim_start();
        }
    }
    if steps.is_empty() || child { Err("an element is missing in the selector".into()) } else { Ok(steps) }
}

fn step(text: &str) -> Result<(Step, &str), String> {
    let mut step = Step::default();
    let (name, mut rest) = ident(text);
    if let Some(after) = rest.strip_prefix('*').filter(|_| name.is_empty()) {
        rest = after;
    } else if !name.is_empty() {
        step.name = Some(name.to_ascii_lowercase());
    }
    loop {
        let (test, after) = match rest.chars().next() {
            Some('#') => named(&rest[1..], "id", Operator::Is)?,
            Some('.') => named(&rest[1..], "class", Operator::Word)?,
            Some('[') => attribute(&rest[1..])?,
            None | Some(' ' | '\t' | '>') if rest.len() < text.len() => return Ok((step, rest)),
            Some(other) => return Err(format!("`{other}` cannot stand there; {KNOWN}")),
            None => return Err("an element is missing in the selector".into()),
        };
        step.tests.push(test);
        rest = after;
    }
}

const KNOWN: &str = "a selector has names, #id, .class, [attribute=value], spaces, > and commas";

fn named<'t>(text: &'t str, attribute: &str, operator: Operator) -> Result<(Test, &'t str), String> {
    let (value, rest) = ident(text);
    if value.is_empty() {
        return Err(format!("the {attribute} has no name; {KNOWN}"));
    }
    Ok((Test { attribute: attribute.into(), operator, value: value.into() }, rest))
}

fn attribute(text: &str) -> Result<(Test, &str), String> {
    let (inside, rest) = text.split_once(']').ok_or("a `[` is not closed in the selector")?;
    let (attribute, mut value) = ident(inside.trim());
    let mut operator = Operator::Present;
    for (sign, means) in [
        ("=", Operator::Is),
        ("^=", Operator::Begins),
        ("$=", Operator::Ends),
        ("*=", Operator::Contains),
        ("~=", Operator::Word),
    ] {
        if let Some(given) = value.trim_start().strip_prefix(sign) {
            (operator, value) = (means, given.trim().trim_matches(['"', '\'']));
        }
    }
    if attribute.is_empty() || operator == Operator::Present && !value.is_empty() {
        return Err(format!("`[{inside}]` is no attribute; {KNOWN}"));
    }
    Ok((Test { attribute: attribute.to_ascii_lowercase(), operator, value: value.into() }, rest))
}

fn ident(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(text.len()))
}

/// Whether the innermost open element ends the path. `reached` holds where each beginning of the path can end.
fn fits(path: &[Step], open: &[Element]) -> bool {
    let Some(innermost) = open.len().checked_sub(1) else { return false };
    if !path.last().is_some_and(|step| step.means(&open[innermost])) {
        return false;
    }
    let mut reached: Vec<usize> = Vec::new();
    for (nth, step) in path.iter().enumerate() {
        let follows = |at: usize| match (nth, step.child) {
            (0, _) => true,
            (_, true) => at > 0 && reached.contains(&(at - 1)),
            (_, false) => reached.first().is_some_and(|first| *first < at),
        };
        reached = (0..open.len()).filter(|at| follows(*at) && step.means(&open[*at])).collect();
    }
    reached.contains(&innermost)
}

impl Step {
    fn means(&self, element: &Element) -> bool {
        self.name.as_ref().is_none_or(|name| *name == element.name)
            && self.tests.iter().all(|test| {
                let values = element.attributes.iter().filter(|(name, _)| *name == test.attribute);
                values.map(|(_, value)| value).any(|value| test.holds(value))
            })
    }
}

impl Test {
    fn holds(&self, value: &str) -> bool {
        let given = self.value.as_str();
        match self.operator {
            Operator::Present => true,
            Operator::Is => value == given,
            Operator::Begins => value.starts_with(given),
            Operator::Ends => value.ends_with(given),
            Operator::Contains => value.contains(given),
            Operator::Word => value.split_whitespace().any(|word| word == given),
        }
    }
}

/// An element that is open.
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::message::select;

    const PAGE: &str = "<table class=\"a otp b\"><tr><td id=code data-x='1 2'><b>4</b><b>8</b>&nbsp;2</td>\
        <td><p>Order</p><p><b class=no>771204</b></p></td></tr></table><p><b>last";

    fn picked(selector: &str) -> Vec<String> {
        select(PAGE, &Selector::parse(selector).unwrap())
    }

    #[test]
    fn elements_are_meant_by_name_id_class_attribute_and_place() {
        for (selector, texts) in [
            ("#code", vec!["48 2"]),
            ("TD#code[data-x]", vec!["48 2"]),
            ("table.otp #code", vec!["48 2"]),
            (".otp > #code", vec![]),
            ("tr > #code", vec!["48 2"]),
            ("[data-x~=\"2\"]", vec!["48 2"]),
            ("[data-x^=2]", vec![]),
            ("[id=code], [class$=o]", vec!["48 2", "771204"]),
            ("td p > b", vec!["771204"]),
            ("table > tr b.no", vec!["771204"]),
            ("* > p > b", vec!["771204"]),
            ("b", vec!["4", "8", "771204", "last"]),
        ] {
            assert_eq!(picked(selector), texts, "{selector}");
        }
    }

    #[test]
    fn other_selectors_are_refused() {
        for bad in [
            "",
            " ",
            "a,",
            "> a",
            "a >",
            "a + b",
            "a:first-child",
            "#",
            ".",
            "[",
            "[]",
            "[a!b]",
            "a[b",
            "a\"",
            &"a".repeat(400),
        ] {
            assert!(Selector::parse(bad).is_err(), "{bad}");
        }
    }
}
