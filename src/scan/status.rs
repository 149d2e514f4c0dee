//! What a scan says to who started it.

use crate::report::Report;

/// How a scan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Everything was examined, and no finding fails the gate.
    GatePassed,
    /// A finding fails the gate.
    GateFailed,
    /// Something that was named could not be examined; there may be findings as well.
    Incomplete,
    /// There was nothing to scan.
    NothingToScan,
}

impl Status {
    /// How the scan of a report ended. With `allow_incomplete`, what could not be read is accepted.
    #[must_use]
    pub fn of(report: &Report, allow_incomplete: bool) -> Self {
        if !report.summary.complete && !allow_incomplete {
            Self::Incomplete
        } else if report.inputs.is_empty() {
            Self::NothingToScan
        } else if report.summary.gate.passed {
            Self::GatePassed
        } else {
            Self::GateFailed
        }
    }

    /// The exit code, the same for every command and format.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::GatePassed => 0,
            Self::GateFailed => 1,
            Self::Incomplete => 2,
            Self::NothingToScan => 3,
        }
    }
}
