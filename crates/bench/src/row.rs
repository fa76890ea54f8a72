//! One line of the report: what was measured, against what, and whether that is what it should be.

use serde::Serialize;

/// A number with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Figure {
    pub(crate) value: f64,
    pub(crate) unit: FigureUnit,
}

/// Units, as they stand in the JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum FigureUnit {
    Seconds,
    SecondsPerEntry,
    EntriesPerSecond,
    Bytes,
    BytesPerEntry,
}

/// What the ratio should be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// The figure is for comparison only.
    None,
}

/// Whether it is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum GoalOutcome {
    Met,
    Missed,
    NoGoal,
}

/// A row of the report.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "outcome")]
pub(crate) enum BenchRow {
    /// It was measured.
    #[serde(rename_all = "camelCase")]
    Measured {
        name: String,
        measured: Figure,
        /// The limit or peer, in words.
        against: String,
        reference: Figure,
        /// How many times; in which direction, the goal tells.
        ratio: f64,
        goal: Goal,
        verdict: GoalOutcome,
    },
    /// It could not be measured here.
    Skipped { name: String, why: String },
}

impl Figure {
    pub(crate) fn new(value: f64, unit: FigureUnit) -> Self {
        Self { value, unit }
    }

    /// How the figure is read by people.
    pub(crate) fn shown(&self) -> String {
        let Self { value, unit } = *self;
        match unit {
            FigureUnit::Seconds => seconds(value),
            FigureUnit::SecondsPerEntry => format!("{}/entry", seconds(value)),
            FigureUnit::EntriesPerSecond => format!("{value:.0} entries/s"),
            FigureUnit::Bytes if value < 10_240.0 => format!("{value:.0} bytes"),
            FigureUnit::Bytes => format!("{:.1} MiB", value / f64::from(1 << 20)),
            FigureUnit::BytesPerEntry => format!("{:.2} KiB/entry", value / 1024.0),
        }
    }
}

fn seconds(value: f64) -> String {
    if value >= 1.0 {
        format!("{value:.2} s")
    } else if value >= 1e-3 {
        format!("{:.2} ms", value * 1e3)
    } else {
        format!("{:.2} µs", value * 1e6)
    }
}

impl Goal {
    fn verdict(self, ratio: f64) -> GoalOutcome {
        let met = match self {
            Self::AtLeast(least) => ratio >= least,
            Self::AtMost(most) => ratio <= most,
            Self::None => return GoalOutcome::NoGoal,
        };
        if met {
            GoalOutcome::Met
        } else {
            GoalOutcome::Missed
        }
    }

    pub(crate) fn shown(self) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {least}"),
            Self::AtMost(most) => format!("≤ {most}"),
            Self::None => "–".to_owned(),
        }
    }
}

impl BenchRow {
    /// A row whose ratio is `measured` over the reference.
    pub(crate) fn over(
        name: impl Into<String>,
        measured: Figure,
        against: impl Into<String>,
        reference: Figure,
        goal: Goal,
    ) -> Self {
        let ratio = measured.value / reference.value;
        Self::with_ratio(name.into(), measured, against.into(), reference, ratio, goal)
    }

    /// A row whose ratio says how many times faster `measured` is than the reference, both being times.
    pub(crate) fn faster(
        name: impl Into<String>,
        measured: Figure,
        against: impl Into<String>,
        reference: Figure,
        goal: Goal,
    ) -> Self {
        let ratio = reference.value / measured.value;
        Self::with_ratio(name.into(), measured, against.into(), reference, ratio, goal)
    }

    fn with_ratio(
        name: String,
        measured: Figure,
        against: String,
        reference: Figure,
        ratio: f64,
        goal: Goal,
    ) -> Self {
        Self::Measured {
            name,
            measured,
            against,
            reference,
            ratio,
            goal,
            verdict: goal.verdict(ratio),
        }
    }

    /// A row about the most memory that a process had, if the system tells; the limit is in bytes.
    pub(crate) fn memory(name: impl Into<String>, peak: Option<u64>, limit: f64) -> Self {
        let bytes = |value| Figure::new(value, FigureUnit::Bytes);
        match peak {
            Some(peak) => Self::over(name, bytes(peak as f64), "limit", bytes(limit), Goal::AtMost(1.0)),
            None => Self::skipped(name, "the system does not tell how much memory a process had"),
        }
    }

    /// A row that cannot be measured here.
    pub(crate) fn skipped(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Skipped {
            name: name.into(),
            why: why.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_goal_is_about_the_ratio_in_the_rows_direction() {
        let (one, four) = (
            Figure::new(1.0, FigureUnit::Seconds),
            Figure::new(4.0, FigureUnit::Seconds),
        );
        let verdict = |row| match row {
            BenchRow::Measured { ratio, verdict, .. } => (ratio, verdict),
            BenchRow::Skipped { .. } => unreachable!("nothing was skipped"),
        };
        for (row, want) in [
            (
                BenchRow::faster("", one, "", four, Goal::AtLeast(4.0)),
                (4.0, GoalOutcome::Met),
            ),
            (
                BenchRow::faster("", one, "", four, Goal::AtLeast(4.1)),
                (4.0, GoalOutcome::Missed),
            ),
            (
                BenchRow::over("", one, "", four, Goal::AtMost(0.25)),
                (0.25, GoalOutcome::Met),
            ),
            (
                BenchRow::over("", four, "", one, Goal::AtMost(3.9)),
                (4.0, GoalOutcome::Missed),
            ),
            (
                BenchRow::over("", four, "", one, Goal::None),
                (4.0, GoalOutcome::NoGoal),
            ),
        ] {
            assert_eq!(verdict(row), want);
        }
    }

    #[test]
    fn figures_are_shown_in_the_unit_that_fits() {
        for (value, unit, want) in [
            (2.5, FigureUnit::Seconds, "2.50 s"),
            (0.0025, FigureUnit::Seconds, "2.50 ms"),
            (2.5e-6, FigureUnit::SecondsPerEntry, "2.50 µs/entry"),
            (1_536.0, FigureUnit::Bytes, "1536 bytes"),
            (2560.0, FigureUnit::BytesPerEntry, "2.50 KiB/entry"),
        ] {
            assert_eq!(Figure::new(value, unit).shown(), want);
        }
    }
}
