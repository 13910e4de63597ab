//! What operators and functions take and give.

use cel::parser::pratt_parser::TokenKind;

use super::types::ValueType;
use ValueType::{Any, Boolean, Double, Integer, List, Null, Number, Object, String as Text};

/// Why an operand does not fit.
#[derive(Debug)]
pub(super) struct Misfit {
    /// The left operand, and not the right one.
    pub left: bool,
    pub why: String,
    pub help: Option<&'static str>,
}

type Given = Result<ValueType, Misfit>;

fn wrong(left: bool, why: String) -> Misfit {
    Misfit { left, why, help: None }
}

/// What `left operator right` gives.
pub(super) fn binary(operator: TokenKind, word: &str, left: &ValueType, right: &ValueType) -> Given {
    use TokenKind::{TokEqualEqual, TokExclamationEqual, TokIn, TokLogicalAnd, TokLogicalOr};
    match operator {
        TokLogicalAnd | TokLogicalOr => {
            logical(word, left, true)?;
            logical(word, right, false)
        }
        TokEqualEqual | TokExclamationEqual => equality(left, right),
        TokIn => membership(left, right),
        TokenKind::TokLess | TokenKind::TokLessEqual | TokenKind::TokGreater | TokenKind::TokGreaterEqual => {
            order(word, left, right)
        }
        _ => arithmetic(operator, word, left, right),
    }
}

fn logical(word: &str, operand: &ValueType, left: bool) -> Given {
    match operand {
        Any | Boolean => Ok(Boolean),
        other => Err(wrong(left, format!("`{word}` takes booleans, and this is {other}"))),
    }
}

/// A condition, of `? :` or of a loop.
pub(super) fn condition(of: &str, operand: &ValueType) -> Result<(), String> {
    match operand {
        Any | Boolean => Ok(()),
        other => Err(format!("`{of}` asks for true or false, and this is {other}")),
    }
}

fn equality(left: &ValueType, right: &ValueType) -> Given {
    match (left, right) {
        (Any | Null, _) | (_, Any | Null) | (List(_), List(_)) => Ok(Boolean),
        (left, right) if left == right || (left.is_number() && right.is_number()) => Ok(Boolean),
        _ => Err(Misfit { help: conversion(left, right), ..wrong(false, format!("{left} is never equal to {right}")) }),
    }
}

fn order(word: &str, left: &ValueType, right: &ValueType) -> Given {
    let ordered = |operand: &ValueType| operand.is_number() || matches!(operand, Any | Boolean | Text);
    let why = |operand| format!("`{word}` compares numbers, strings or booleans, and this is {operand}");
    match (left, right) {
        (left, _) if !ordered(left) => Err(wrong(true, why(left))),
        (_, right) if !ordered(right) => Err(wrong(false, why(right))),
        (Any, _) | (_, Any) => Ok(Boolean),
        (left, right) if left == right || (left.is_number() && right.is_number()) => Ok(Boolean),
        _ => Err(Misfit {
            help: conversion(left, right),
            ..wrong(false, format!("{left} cannot be compared with {right}"))
        }),
    }
}

fn membership(left: &ValueType, right: &ValueType) -> Given {
    let comparable = |wanted: &ValueType| equality(left, wanted).is_ok();
    match right {
        Any => Ok(Boolean),
        List(items) if comparable(items) => Ok(Boolean),
        List(_) => Err(wrong(true, format!("{left} is never in {right}"))),
        Object if matches!(left, Any | Text) => Ok(Boolean),
        Object => Err(wrong(true, format!("the keys of an object are strings, and this is {left}"))),
        other => Err(wrong(false, format!("`in` looks into a list or an object, and this is {other}"))),
    }
}

fn arithmetic(operator: TokenKind, word: &str, left: &ValueType, right: &ValueType) -> Given {
    let joins = operator == TokenKind::TokPlus;
    let takes = |operand: &ValueType| match operand {
        Any | Integer | Number => true,
        Double => operator != TokenKind::TokPercent,
        Text | List(_) => joins,
        Null | Boolean | Object => false,
    };
    let wanted = match operator {
        TokenKind::TokPlus => "numbers, strings or lists",
        TokenKind::TokPercent => "integers",
        _ => "numbers",
    };
    let why = |operand| format!("`{word}` takes {wanted}, and this is {operand}");
    match (left, right) {
        (left, _) if !takes(left) => Err(wrong(true, why(left))),
        (_, right) if !takes(right) => Err(wrong(false, why(right))),
        (List(one), List(other)) => Ok(ValueType::list((**one).clone().or((**other).clone()))),
        (Any, List(_)) | (List(_), Any) => Ok(ValueType::list(Any)),
        (Any, known) | (known, Any) => Ok(known.clone()),
        // What a number is, the other operand tells.
        (Number, known) | (known, Number) if known.is_number() => Ok(known.clone()),
        (left, right) if left == right => Ok(left.clone()),
        _ => Err(Misfit {
            help: conversion(left, right),
            ..wrong(false, format!("`{word}` takes two of a kind: {left} is on its left, and this is {right}"))
        }),
    }
}

/// How two operands are made alike.
fn conversion(left: &ValueType, right: &ValueType) -> Option<&'static str> {
    match (left, right) {
        (Text, other) | (other, Text) if other.is_number() || *other == Boolean => Some("`string(x)` makes a string"),
        (Integer, Double) | (Double, Integer) => Some("`double(x)` or `int(x)` makes one of the other"),
        _ => None,
    }
}

/// What `!` or `-` gives.
pub(super) fn unary(word: &str, operand: &ValueType) -> Result<ValueType, String> {
    match (word, operand) {
        ("!", Any | Boolean) => Ok(Boolean),
        ("!", other) => Err(format!("`!` takes a boolean, and this is {other}")),
        (_, Any) => Ok(Number),
        (_, number) if number.is_number() => Ok(number.clone()),
        (_, other) => Err(format!("`-` takes a number, and this is {other}")),
    }
}

/// What `value[index]` gives. The error is about the index if the flag is not set.
pub(super) fn index(value: &ValueType, index: &ValueType) -> Given {
    let is_position = *index == Any || index.is_number();
    match value {
        Any => Ok(Any),
        List(items) if is_position => Ok((**items).clone()),
        List(_) => Err(wrong(false, format!("the items of a list have numbers, and this is {index}"))),
        Object if matches!(index, Any | Text) => Ok(Any),
        Object => Err(wrong(false, format!("the keys of an object are strings, and this is {index}"))),
        other => Err(wrong(true, format!("{other} has nothing inside"))),
    }
}

/// What a function gives of its one argument.
pub(super) fn function(name: &str, argument: &ValueType) -> Result<ValueType, String> {
    let refuse = |wanted: &str| Err(format!("`{name}` takes {wanted}, and this is {argument}"));
    match (name, argument) {
        ("size", Any | Text | List(_) | Object) => Ok(Integer),
        ("size", _) => refuse("a string, a list or an object"),
        ("string", Null | List(_) | Object) => refuse("a number, a boolean or a string"),
        ("string", _) => Ok(Text),
        ("int" | "double", Null | List(_) | Object | Boolean) => refuse("a number or a string"),
        ("int", _) => Ok(Integer),
        ("double", _) => Ok(Double),
        _ => Ok(Any),
    }
}

/// What a loop's variable is; the error is about what is gone through.
pub(super) fn items(name: &str, target: &ValueType) -> Result<ValueType, String> {
    match target {
        Any => Ok(Any),
        List(items) => Ok((**items).clone()),
        Object => Ok(Text),
        other => Err(format!("`{name}` goes through a list or an object, and this is {other}")),
    }
}
