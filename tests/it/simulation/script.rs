//! What the outside world does to each try of each step.

use proptest::prelude::*;

/// What comes of one try. Names say what the client sees; `effect` says what the service did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Try {
    Succeeds,
    /// A 4xx: never tried again.
    Refused,
    /// A 4xx with the code that `on-error` knows.
    Lost,
    /// A 429, and how many seconds it asks to wait.
    Throttled(Option<u64>),
    /// A 5xx.
    Broken {
        effect: bool,
        retry_after: Option<u64>,
    },
    /// No answer: the connection broke. An effect lands up to so many thousandths of `settle` after that.
    CutOff {
        effect: bool,
        late: u64,
    },
    /// A 2xx whose answer is not what the step wanted.
    Wrong,
}

impl Try {
    pub fn has_effect(self) -> bool {
        match self {
            Self::Succeeds | Self::Wrong => true,
            Self::Broken { effect, .. } | Self::CutOff { effect, .. } => effect,
            Self::Refused | Self::Lost | Self::Throttled(_) => false,
        }
    }
}

/// One task's tries in order, in milliseconds each; after the last everything succeeds.
#[derive(Debug, Clone, Default)]
pub struct Script {
    pub tries: Vec<(Try, u64)>,
    /// So many looks cannot tell; `None`: none ever can.
    pub blind: Option<u32>,
}

impl Script {
    pub fn nth(&self, tries: u32) -> (Try, u64) {
        self.tries.get(tries as usize - 1).copied().unwrap_or((Try::Succeeds, 700))
    }

    pub fn smooth() -> Self {
        Self { tries: Vec::new(), blind: Some(0) }
    }
}

fn any_try(lossy: bool) -> impl Strategy<Value = Try> {
    // The longest is more than any run waits for, however much of it has passed before somebody decides.
    let wait = || prop_oneof![3 => Just(None), 3 => (0u64..20).prop_map(Some), 1 => Just(Some(4000))];
    prop_oneof![
        4 => Just(Try::Succeeds),
        1 => Just(Try::Refused),
        if lossy { 6 } else { 1 } => Just(Try::Lost),
        2 => wait().prop_map(Try::Throttled),
        3 => (any::<bool>(), wait()).prop_map(|(effect, retry_after)| Try::Broken { effect, retry_after }),
        4 => (any::<bool>(), 0u64..=1000).prop_map(|(effect, late)| Try::CutOff { effect, late }),
        1 => Just(Try::Wrong),
    ]
}

/// `blind`: whether looks may fail to tell, for a time or for ever; `lossy`: the error that `on-error` knows is likely.
pub fn script(blind: Blind, lossy: bool) -> impl Strategy<Value = Script> {
    let looks = match blind {
        Blind::Never => Just(Some(0)).boxed(),
        Blind::AtFirst => (0u32..5).prop_map(Some).boxed(),
        Blind::Perhaps => prop_oneof![6 => (0u32..8).prop_map(Some), 1 => Just(None)].boxed(),
    };
    (prop::collection::vec((any_try(lossy), 1u64..2000), 0..4), looks)
        .prop_map(|(tries, blind)| Script { tries, blind })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blind {
    Never,
    AtFirst,
    Perhaps,
}
