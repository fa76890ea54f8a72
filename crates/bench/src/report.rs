//! The figures for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;

use crate::{
    Failure,
    args::Args,
    machine::Machine,
    row::{BenchRow, GoalOutcome},
};

/// All rows, and where and how they were measured.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BenchReport {
    date: Option<String>,
    machine: Machine,
    entries: usize,
    pub(crate) rows: Vec<BenchRow>,
}

impl BenchReport {
    pub(crate) fn new(args: &Args) -> Self {
        Self {
            date: args.date.clone(),
            machine: Machine::this(args.machine.clone()),
            entries: args.entries,
            rows: Vec::new(),
        }
    }

    pub(crate) fn json(&self) -> Result<String, Failure> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The table, and what it was measured on.
    pub(crate) fn table(&self) -> String {
        let mut lines =
            vec![["what", "measured", "limit or peer", "", "ratio", "goal", ""].map(str::to_owned)];
        let mut skipped = Vec::new();
        for row in &self.rows {
            match row {
                BenchRow::Measured {
                    name,
                    measured,
                    against,
                    reference,
                    ratio,
                    goal,
                    verdict,
                } => lines.push([
                    name.clone(),
                    measured.shown(),
                    against.clone(),
                    reference.shown(),
                    if *ratio >= 100.0 {
                        format!("{ratio:.0}")
                    } else {
                        format!("{ratio:.2}")
                    },
                    goal.shown(),
                    match verdict {
                        GoalOutcome::Met => "met",
                        GoalOutcome::Missed => "MISSED",
                        GoalOutcome::NoGoal => "",
                    }
                    .to_owned(),
                ]),
                BenchRow::Skipped { name, why } => skipped.push(format!("SKIPPED  {name}: {why}\n")),
            }
        }
        let mut text = String::new();
        let widths: Vec<_> = (0..7)
            .map(|column| {
                let cells = lines.iter().filter_map(|line| line.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
            })
            .collect();
        for line in &lines {
            let cells = line
                .iter()
                .zip(&widths)
                .map(|(cell, &width)| format!("{cell:<width$}"));
            let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
        text.extend(skipped);
        let count = |wanted| {
            let is =
                |row: &&BenchRow| matches!(row, BenchRow::Measured { verdict, .. } if *verdict == wanted);
            self.rows.iter().filter(is).count()
        };
        let _ = writeln!(
            text,
            "{} rows over {} entries: {} goals met, {} missed, {} rows skipped",
            self.rows.len(),
            self.entries,
            count(GoalOutcome::Met),
            count(GoalOutcome::Missed),
            self.rows
                .iter()
                .filter(|row| matches!(row, BenchRow::Skipped { .. }))
                .count(),
        );
        let _ = writeln!(text, "{}", self.machine.shown());
        if let Some(date) = &self.date {
            let _ = writeln!(text, "{date}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Figure, FigureUnit, Goal};

    #[test]
    fn missed_goals_and_skipped_rows_are_loud() {
        let args = Args::parse(&["--machine".to_owned(), "a desk".to_owned()]);
        let mut report = BenchReport::new(&args.unwrap().unwrap());
        let figure = |value| Figure::new(value, FigureUnit::Seconds);
        report.rows = vec![
            BenchRow::over("open", figure(1.0), "limit", figure(0.5), Goal::AtMost(1.0)),
            BenchRow::skipped("git", "there is no git"),
        ];
        let table = report.table();
        assert!(
            table.contains("open  1.00 s    limit          500.00 ms  2.00   ≤ 1   MISSED\n"),
            "{table}"
        );
        assert!(table.contains("SKIPPED  git: there is no git\n"), "{table}");
        assert!(table.contains("0 goals met, 1 missed, 1 rows skipped"), "{table}");
        let json: serde_json::Value = serde_json::from_str(&report.json().unwrap()).unwrap();
        assert_eq!(json["rows"][0]["goal"]["atMost"], 1.0);
        assert_eq!(json["rows"][1]["outcome"], "skipped");
        assert_eq!(json["machine"]["name"], "a desk");
    }
}
