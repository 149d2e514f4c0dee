//! Operators on dates: how many days a date lies before or after today, in UTC.
//!
//! Source: "Getting credential reports" in the IAM User Guide, for the words that stand for no date.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::answer::Answer;
use super::scope::Scope;
use crate::rule::{Operand, Operator};
use crate::value::{Cause, Read, ValueId};

/// What AWS writes where there is no date.
const NO_DATE: [&str; 3] = ["N/A", "no_information", "not_supported"];

impl Scope<'_> {
    /// Whether a value stands for no date where the operator asks for one.
    pub(super) fn is_no_date(&self, id: ValueId, operator: &Operator) -> bool {
        matches!(operator, Operator::OlderThanDays(..) | Operator::ExpiresWithinDays(..))
            && self.view.text(id).known().is_some_and(|text| NO_DATE.contains(&&*text))
    }

    pub(super) fn compare_date(&self, id: ValueId, operator: &Operator) -> Answer {
        match self.view.text(id) {
            Read::Known(text) => match self.date_holds(&text, operator) {
                Some(holds) => Answer::of(holds),
                None => Answer::unknown(vec![Cause::NotInInput { what: format!("a date: `{text}` is none").into() }]),
            },
            Read::Absent => Answer::of(false),
            Read::Unknown(cause) => Answer::unknown(vec![self.cause(cause)]),
        }
    }

    /// Whether the operator holds of a date; `None` when the text is none.
    pub(super) fn date_holds(&self, text: &str, operator: &Operator) -> Option<bool> {
        let (date, today) = (date(text)?, date(&self.context.options.today)?);
        let ahead = (date - today).get_days();
        let days = |operand: &Operand| self.rule.operand(operand).number().unwrap_or_default();
        match operator {
            Operator::OlderThanDays(operand, wanted) => Some((-f64::from(ahead) > days(operand)) == *wanted),
            Operator::ExpiresWithinDays(operand, wanted) => Some((f64::from(ahead) <= days(operand)) == *wanted),
            _ => None,
        }
    }
}

/// The day in UTC of an ISO 8601 date or time (in UTC where it has no offset), or of seconds or milliseconds since 1970.
fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    let of = |moment: Timestamp| moment.to_zoned(TimeZone::UTC).date();
    if let Some(seconds) = text.parse::<f64>().ok().filter(|seconds| seconds.is_finite()) {
        // A time in seconds has so many digits only thousands of years from now.
        let seconds = if seconds.abs() < 1e11 { seconds } else { seconds / 1e3 };
        return Timestamp::from_second(seconds as i64).ok().map(of);
    }
    let moment = text.parse::<Timestamp>().ok().map(of);
    moment.or_else(|| text.parse::<DateTime>().ok().map(DateTime::date)).or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_the_day_in_utc_however_it_is_written() {
        for (text, expected) in [
            ("2026-11-21", Some("2026-11-21")),
            ("2026-11-21T23:59:59Z", Some("2026-11-21")),
            ("2026-11-21T23:30:00-02:00", Some("2026-11-22")),
            ("2026-11-21T23:59:59+00:00", Some("2026-11-21")),
            ("2026-11-21T23:59:59.123", Some("2026-11-21")),
            ("1795219200", Some("2026-11-21")),
            ("1795305599.999", Some("2026-11-21")),
            ("1.7952192E9", Some("2026-11-21")),
            ("1795219200000", Some("2026-11-21")),
            ("N/A", None),
            ("21.11.2026", None),
            ("1e300", None),
            ("NaN", None),
            ("", None),
        ] {
            assert_eq!(date(text).map(|date| date.to_string()).as_deref(), expected, "{text}");
        }
    }
}
