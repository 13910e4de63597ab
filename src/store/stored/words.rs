//! Words of a fixed list, spelt once for the files. Each list is held against its run type in both directions.

use serde::{Deserialize, Serialize};

use crate::run;
use crate::workflow;

macro_rules! words {
    ($($stored:ident = $of:ty { $($word:ident => $text:literal),* $(,)? })*) => {$(
        #[derive(Debug, Clone, Copy, Serialize, Deserialize)]
        pub(in crate::store) enum $stored {
            $(#[serde(rename = $text)] $word,)*
        }

        impl From<$of> for $stored {
            fn from(value: $of) -> Self {
                match value {
                    $(<$of>::$word => Self::$word,)*
                }
            }
        }

        impl From<$stored> for $of {
            fn from(stored: $stored) -> Self {
                match stored {
                    $($stored::$word => <$of>::$word,)*
                }
            }
        }
    )*};
}

words! {
    StoredTimer = run::Timer { Retry => "retry", Settle => "settle", Reprobe => "reprobe" }
    StoredHappened = run::Happened { None => "none", Done => "done", Unknown => "unknown" }
    StoredErrorKind = run::ErrorKind {
        Assertion => "assertion", Service => "service", Network => "network", Mail => "mail", Config => "config",
    }
    StoredStatus = run::RunStatus {
        Running => "running", Succeeded => "succeeded", Failed => "failed", InDoubt => "in_doubt",
        Cancelled => "cancelled", Interrupted => "interrupted",
    }
    StoredAlarm = run::Alarm { Rate => "rate", Timeout => "timeout" }
    StoredStop = run::Stop { Interrupt => "interrupt", Cancel => "cancel", Timeout => "timeout" }
    StoredDoubt = run::Doubt { Unclear => "unclear", NoWay => "no_way", Changed => "changed" }
    StoredEffect = workflow::Effect { Read => "read", Repeat => "repeat", Keyed => "keyed", Once => "once" }
    StoredClass = workflow::RetryClass {
        Network => "network", Timeout => "timeout", TooManyRequests => "429", Server => "5xx",
    }
}
