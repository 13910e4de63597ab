//! Bounds the work of an evaluation before it begins: how often each part is evaluated, and how large what it gives can be.
//! Without loops work is linear in the values; a loop multiplies it, and a loop over what another gave multiplies that.

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, operators};
use cel::parser::Expression as Ast;

use super::evaluate::Values;
use super::expression::Program;
use super::pattern::MATCHES;
use super::size::Size;

/// Parts evaluated and values looked at, each far below a microsecond.
const MAX_STEPS: usize = 25_000_000;
/// Values copied: some hundred megabytes at the very worst.
const MAX_COPIES: usize = 2_000_000;
/// What it costs to compile a pattern, which is done once for one that stands in the expression.
const PATTERN: usize = 20_000;

pub(super) fn is_affordable(program: &Program, values: &Values<'_>) -> bool {
    if !program.loops {
        return true;
    }
    let sizes = values.iter().map(|(reference, datum)| (reference.to_string(), Size::of(datum.expose()))).collect();
    let mut estimate = Estimate { values: sizes, bound: Vec::new(), rounds: 1, steps: 0, copies: 0 };
    estimate.visit(&program.ast);
    estimate.steps <= MAX_STEPS && estimate.copies <= MAX_COPIES
}

struct Estimate<'p> {
    values: Vec<(String, Size)>,
    /// The variables of the loops around the part that is looked at.
    bound: Vec<(&'p str, Size)>,
    /// How often that part is evaluated.
    rounds: usize,
    steps: usize,
    copies: usize,
}

impl<'p> Estimate<'p> {
    fn looks_at(&mut self, values: usize) {
        self.steps = self.steps.saturating_add(self.rounds.saturating_mul(values.saturating_add(1)));
    }

    fn makes(&mut self, size: Size) -> Size {
        self.copies = self.copies.saturating_add(self.rounds.saturating_mul(size.weight));
        size
    }

    /// What a part of the expression gives, at most.
    fn visit(&mut self, part: &'p Ast) -> Size {
        self.looks_at(0);
        match &part.expr {
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.repeated(comprehension),
            Expr::List(list) => {
                let items: Vec<Size> = list.elements.iter().map(|item| self.visit(item)).collect();
                self.makes(Size::list(&items))
            }
            Expr::Select(select) => match self.named(&part.expr) {
                Some(size) => size,
                None => self.visit(&select.operand).inside(),
            },
            Expr::Ident(name) => self.variable(name).unwrap_or(Size::ONE),
            Expr::Literal(LiteralValue::String(text)) => Size::text(text.inner()),
            Expr::Literal(_) | Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => Size::ONE,
        }
    }

    fn variable(&self, name: &str) -> Option<Size> {
        self.bound.iter().rev().find(|(bound, _)| *bound == name).map(|(_, size)| *size)
    }

    /// The value that a path of names leads to from its root, if it is one that the expression refers to.
    fn named(&self, part: &Expr) -> Option<Size> {
        let name = dotted(part)?;
        let root = name.split('.').next().unwrap_or_default();
        let known = self.values.iter().find(|(reference, _)| *reference == name);
        known.filter(|_| self.variable(root).is_none()).map(|(_, size)| *size)
    }

    fn call(&mut self, call: &'p CallExpr) -> Size {
        let given: Vec<Size> =
            call.target.as_deref().into_iter().chain(&call.args).map(|part| self.visit(part)).collect();
        let weight = given.iter().fold(0, |sum: usize, size| sum.saturating_add(size.weight));
        match (call.func_name.as_str(), given.as_slice()) {
            (operators::ADD, [left, right]) => self.makes(left.and(right)),
            (operators::CONDITIONAL, [_, yes, no]) => yes.or(no),
            (operators::INDEX, [value, _]) => value.inside(),
            (operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT, _) => Size::ONE,
            (MATCHES, _) => {
                let stands_here = matches!(call.args.first().map(|part| &part.expr), Some(Expr::Literal(_)));
                self.looks_at(if stands_here { weight } else { weight.saturating_add(PATTERN) });
                Size::ONE
            }
            ("string", [value]) => self.makes(*value),
            _ => {
                self.looks_at(weight);
                Size::ONE
            }
        }
    }

    fn repeated(&mut self, comprehension: &'p ComprehensionExpr) -> Size {
        let range = self.visit(&comprehension.iter_range);
        self.makes(range);
        let outside = self.rounds;
        self.rounds = outside.saturating_mul(range.length);
        self.bound.push((&comprehension.iter_var, range.item()));
        // What one round adds to the result.
        self.bound.push((&comprehension.accu_var, Size::NOTHING));
        self.visit(&comprehension.loop_cond);
        let added = self.visit(&comprehension.loop_step);
        self.bound.truncate(self.bound.len() - 2);
        self.rounds = outside;
        match comprehension.accu_init.expr {
            Expr::List(_) => added.times(range.length),
            _ => Size::ONE,
        }
    }
}

/// `a.b.c`, if that is all.
fn dotted(mut part: &Expr) -> Option<String> {
    let mut names = Vec::new();
    loop {
        match part {
            Expr::Ident(root) => {
                names.push(root.as_str());
                names.reverse();
                return Some(names.join("."));
            }
            Expr::Select(select) => {
                names.push(select.field.as_str());
                part = &select.operand.expr;
            }
            _ => return None,
        }
    }
}
