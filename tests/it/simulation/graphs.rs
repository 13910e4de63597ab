//! Random workflows with random worlds around them.

use onramp::workflow::Effect;
use proptest::prelude::*;
use proptest::sample::Index;

use super::graph::{Condition, Graph, Items, Limits, Matrix, OnError, Retry, Step};
use super::script::{Blind, Script, Try, script};

/// What a generated graph may have.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub steps: usize,
    pub blind: Blind,
    /// Timeouts and `max-elapsed`.
    pub timed: bool,
    /// `fail-fast`: which items begin is then a matter of time.
    pub fail_fast: bool,
    /// Steps that call a file.
    pub calls: bool,
}

impl Shape {
    pub const fn new(steps: usize, blind: Blind) -> Self {
        Self { steps, blind, timed: false, fail_fast: false, calls: true }
    }
}

/// Drawn for each step; what it means depends on the steps before.
#[derive(Debug, Clone)]
struct Draw {
    effect: Effect,
    needs: Vec<Index>,
    condition: (u8, Index),
    matrix: Option<(usize, Index, Option<u32>, bool)>,
    retry: Retry,
    timeouts: (Option<u64>, Option<u64>),
    continue_on_error: bool,
    inside: Option<Vec<Draw>>,
    on_error: Option<(Effect, Index, u32, Script, Script)>,
    scripts: Vec<Script>,
    flag: bool,
    width: usize,
}

pub fn graph(shape: Shape) -> impl Strategy<Value = Graph> {
    let inside = prop::collection::vec(draw(shape, Just(None)), 1..4);
    let calls = if shape.calls { prop::option::weighted(0.15, inside).boxed() } else { Just(None).boxed() };
    prop::collection::vec(draw(shape, calls), 1..=shape.steps)
        .prop_map(|draws| Graph { steps: settle_all(draws), limits: Limits::default() })
}

fn settle_all(draws: Vec<Draw>) -> Vec<Step> {
    draws.into_iter().fold(Vec::new(), |mut steps, draw| {
        let step = settle(draw, &steps);
        steps.push(step);
        steps
    })
}

fn effect() -> impl Strategy<Value = Effect> {
    prop_oneof![1 => Just(Effect::Read), 1 => Just(Effect::Repeat), 1 => Just(Effect::Keyed), 2 => Just(Effect::Once)]
}

fn draw(shape: Shape, inside: impl Strategy<Value = Option<Vec<Draw>>>) -> impl Strategy<Value = Draw> {
    let index = any::<Index>;
    let limit = prop_oneof![Just(None), (1u32..4).prop_map(Some)];
    let fail_fast = prop::bool::weighted(if shape.fail_fast { 0.8 } else { 0.0 });
    let timeout = |most| if shape.timed { prop::option::of(200u64..most).boxed() } else { Just(None).boxed() };
    let remedy = (effect(), index(), 1u32..3, script(shape.blind, false), script(shape.blind, true));
    let lossy = !shape.timed && !shape.fail_fast;
    let remedy = if lossy { prop::option::weighted(0.4, remedy).boxed() } else { Just(None).boxed() };
    let matrix =
        prop::option::weighted(if shape.fail_fast { 0.7 } else { 0.3 }, (0usize..5, index(), limit, fail_fast));
    let scripts = prop::collection::vec(script(shape.blind, lossy), 1..4);
    (
        (effect(), prop::collection::vec(index(), 0..3), (0u8..12, index())),
        (matrix, retry(shape.timed), (timeout(20_000), timeout(2_500)), remedy, scripts),
        (any::<bool>(), 0usize..4, prop::bool::weighted(0.2), inside),
    )
        .prop_map(|(before, tries, (flag, width, continue_on_error, inside))| {
            let (effect, needs, condition) = before;
            let (matrix, retry, timeouts, on_error, scripts) = tries;
            Draw {
                effect,
                needs,
                condition,
                matrix,
                retry,
                timeouts,
                continue_on_error,
                inside,
                on_error,
                scripts,
                flag,
                width,
            }
        })
}

fn retry(timed: bool) -> impl Strategy<Value = Retry> {
    let elapsed = if timed { prop::option::of(100u64..20_000).boxed() } else { Just(None).boxed() };
    let likely = || prop::bool::weighted(0.8);
    let classes = (likely(), likely(), likely(), likely());
    (1u32..5, 1u64..3000, 1u32..4, 0u64..5000, elapsed, classes).prop_map(
        |(max_attempts, delay, factor, more, max_elapsed, (network, throttled, server, timeout))| Retry {
            max_attempts,
            delay,
            factor,
            max_delay: delay + more,
            max_elapsed,
            network,
            throttled,
            server,
            timeout,
        },
    )
}

/// Gives a draw its meaning after `before`.
fn settle(draw: Draw, before: &[Step]) -> Step {
    let at = before.len();
    let pick = |index: &Index| (at > 0).then(|| index.index(at));
    let single = |index: &Index| pick(index).filter(|step| before[*step].matrix.is_none());
    let refers: Vec<usize> = draw.needs.iter().take(1).filter_map(pick).collect();
    let mut needs: Vec<usize> = draw.needs.iter().filter_map(pick).collect();
    let flag_of = single(&draw.condition.1);
    let condition = match (draw.condition.0, flag_of) {
        (0, _) => Condition::Success,
        (1, _) => Condition::Failure,
        (2 | 3, _) => Condition::Always,
        (4, Some(step)) => Condition::Flag(step),
        (5, Some(step)) => Condition::AlwaysFlag(step),
        _ => Condition::None,
    };
    let matrix = draw.matrix.filter(|_| draw.inside.is_none()).map(|(count, of, max_parallel, fail_fast)| {
        let items = single(&of).filter(|_| count == 3).map_or(Items::Literal(count), Items::Output);
        Matrix { items, max_parallel, fail_fast }
    });
    if let Condition::Flag(step) | Condition::AlwaysFlag(step) = condition {
        needs.push(step);
    }
    if let Some(Matrix { items: Items::Output(step), .. }) = &matrix {
        needs.push(*step);
    }
    needs.sort_unstable();
    needs.dedup();
    let acts_once = matrix.is_none() && draw.inside.is_none();
    let on_error = draw.on_error.filter(|_| acts_once).map(|(effect, from, max, script, again)| {
        let from = needs.get(from.index(needs.len() + 1)).copied().filter(|_| condition == Condition::None);
        let rerun_from = from.filter(|from| plain_way(before, *from, &needs)).unwrap_or(at);
        OnError { effect, rerun_from, max, script, again }
    });
    let inside = draw.inside.map(|draws| {
        let mut steps = settle_all(draws);
        // The call hands its outputs out.
        steps.iter_mut().last().into_iter().for_each(|last| last.matrix = None);
        steps
    });
    let Draw { effect, retry, timeouts: (timeout, attempt_timeout), continue_on_error, scripts, flag, width, .. } =
        draw;
    Step {
        effect,
        needs,
        refers,
        condition,
        matrix,
        retry,
        timeout,
        attempt_timeout,
        continue_on_error,
        on_error,
        inside,
        version: 0,
        scripts,
        flag,
        width,
    }
}

/// Whether all steps from `from` to one with these needs are plain: a remedy in another's way makes the end depend on who is
/// first, and what had failed does not fail the second time.
fn plain_way(before: &[Step], from: usize, needs: &[usize]) -> bool {
    let way = super::oracle::way(before, from, needs);
    way.iter().all(|step| before[*step].is_plain())
}

/// Many steps that go round from the first one, at times at once, beside such that only need it.
pub fn rounds(blind: Blind) -> impl Strategy<Value = Graph> {
    graph(Shape::new(6, blind)).prop_map(|mut graph| {
        for (at, step) in graph.steps.iter_mut().enumerate() {
            (step.inside, step.continue_on_error) = (None, false);
            (step.condition, step.refers) = (Condition::None, vec![0; usize::from(at > 0)]);
            step.needs = step.refers.clone();
            step.matrix = step.matrix.take().filter(|matrix| at > 0 && matches!(matrix.items, Items::Literal(_)));
            match &mut step.on_error {
                Some(on_error) if at > 0 && step.matrix.is_none() => {
                    on_error.rerun_from = 0;
                    step.scripts[0].tries.insert(0, (Try::Lost, 10 * at as u64));
                }
                on_error => *on_error = None,
            }
        }
        graph
    })
}
