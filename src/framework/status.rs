//! What a scan says of a control.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Automation;

/// What the rules that bear on a control found, in the scope of the scan. A resource counts once, by its worst verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Resources that pass every rule that concerns them.
    pub pass: usize,
    /// Resources that fail a rule.
    pub fail: usize,
    /// Resources that fail none, and of which a rule cannot tell.
    pub unknown: usize,
    /// Whether a rule that tests what the control asks has passed a resource.
    pub direct: bool,
    /// Rules that were not evaluated, by choice.
    pub left_out: usize,
    /// Whether something of the input could not be read or examined.
    pub incomplete: bool,
}

/// What a scan says of a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// A resource fails a rule.
    Fail,
    /// No resource fails, and of some nobody can tell.
    Unknown,
    /// What was evaluated passes, and that is not all that the control asks.
    Partial,
    /// All that the control asks was evaluated, and passes.
    Pass,
    /// A scan can answer it, and nothing of the input was evaluated for it.
    NotAssessed,
    /// AWS answers for it.
    Inherited,
    /// People answer for it.
    Manual,
}

impl Status {
    /// All of them, those that need work first.
    pub const ALL: [Self; 7] =
        [Self::Fail, Self::Unknown, Self::Partial, Self::Pass, Self::NotAssessed, Self::Inherited, Self::Manual];

    /// As reports write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Partial => "partial",
            Self::Pass => "pass",
            Self::NotAssessed => "not-assessed",
            Self::Inherited => "inherited",
            Self::Manual => "manual",
        }
    }
}

/// The status of a control. A failure is said of every control; nothing else is of those that no scan can answer.
#[must_use]
pub const fn status(automation: Automation, tally: &Tally) -> Status {
    if tally.fail > 0 {
        return Status::Fail;
    }
    match automation {
        Automation::None => return Status::Manual,
        Automation::Inherited => return Status::Inherited,
        Automation::Direct | Automation::Partial => {}
    }
    if tally.unknown > 0 {
        return Status::Unknown;
    }
    if tally.pass == 0 {
        return Status::NotAssessed;
    }
    let all = tally.direct && tally.left_out == 0 && !tally.incomplete;
    if matches!(automation, Automation::Direct) && all { Status::Pass } else { Status::Partial }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tally() -> impl Strategy<Value = Tally> {
        (0..3usize, 0..3usize, 0..3usize, any::<bool>(), 0..2usize, any::<bool>()).prop_map(
            |(pass, fail, unknown, direct, left_out, incomplete)| {
                // A rule that has passed a resource has one, which may fail another rule.
                let direct = direct && pass + fail + unknown > 0;
                Tally { pass, fail, unknown, direct, left_out, incomplete }
            },
        )
    }

    fn automation() -> impl Strategy<Value = Automation> {
        proptest::sample::select(Automation::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn a_pass_has_everything_that_it_takes(automation in automation(), tally in tally()) {
            let passes = status(automation, &tally) == Status::Pass;
            let earned = automation == Automation::Direct
                && tally.pass > 0 && tally.fail == 0 && tally.unknown == 0
                && tally.direct && tally.left_out == 0 && !tally.incomplete;
            prop_assert_eq!(passes, earned);
        }

        #[test]
        fn a_failing_resource_fails_the_control_and_nothing_else_does(automation in automation(), tally in tally()) {
            prop_assert_eq!(status(automation, &tally) == Status::Fail, tally.fail > 0);
        }

        #[test]
        fn what_no_scan_can_answer_is_never_shown_as_covered(tally in tally()) {
            for (automation, otherwise) in [(Automation::None, Status::Manual), (Automation::Inherited, Status::Inherited)] {
                let status = status(automation, &tally);
                prop_assert!(status == otherwise || (status == Status::Fail && tally.fail > 0));
            }
        }

        #[test]
        fn knowing_less_is_never_better(automation in automation(), tally in tally()) {
            let better = |status| match status {
                Status::Pass => 3,
                Status::Partial => 2,
                Status::Unknown | Status::NotAssessed => 1,
                Status::Fail | Status::Inherited | Status::Manual => 0,
            };
            let before = better(status(automation, &tally));
            let with = |change: &dyn Fn(&mut Tally)| {
                let mut tally = tally;
                change(&mut tally);
                better(status(automation, &tally))
            };
            prop_assert!(with(&|tally| tally.unknown += 1) <= before.max(1));
            prop_assert!(with(&|tally| tally.fail += 1) == 0);
            prop_assert!(with(&|tally| tally.left_out += 1) <= before);
            prop_assert!(with(&|tally| tally.incomplete = true) <= before);
            prop_assert!(with(&|tally| tally.direct = false) <= before);
        }

        #[test]
        fn nothing_evaluated_is_not_assessed(automation in automation(), left_out in 0..2usize, incomplete: bool) {
            let status = status(automation, &Tally { left_out, incomplete, ..Tally::default() });
            let expected = match automation {
                Automation::None => Status::Manual,
                Automation::Inherited => Status::Inherited,
                Automation::Direct | Automation::Partial => Status::NotAssessed,
            };
            prop_assert_eq!(status, expected);
        }
    }
}
