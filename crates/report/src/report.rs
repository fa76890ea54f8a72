//! What a report is made from.

use std::collections::{BTreeMap, BTreeSet};

use prova_core::{
    hash::Digest,
    id::SubjectId,
    index::term::Term,
    key::KeyId,
    lifecycle::Finding,
    position::EntryIndex,
    registry::history::History,
    time::Timestamp,
    verdict::Verdict,
    view::{
        component_state::Party,
        timeline::{TimelineRow, distrusted},
        trace::Entries,
    },
};

use crate::{
    page::{Page, Relevance},
    signer::Signer,
};

/// Most subjects that a report tells in full; it names the others.
pub const PAGES_SHOWN: usize = 100;
/// Most entries that a report lists; it counts the others. Some 2 KiB of HTML each.
pub const ENTRIES_SHOWN: usize = 5_000;

/// Most text that the pages of a report hold, in characters or so.
const TEXT_SHOWN: usize = 8 * 1024 * 1024;

/// Where the evidence lies that a report is about, so that it can say how to check it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// In the bundle that the report is part of, as `data/report.html`.
    Bundle,
    /// In a directory that only its keeper has.
    Ledger,
}

/// Why and by whom evidence was collected. What is absent is not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// The case, in the words of whoever asked.
    pub id: Option<String>,
    /// Who exported the evidence.
    pub exporter: Option<Party>,
    /// When, as the exporter says.
    pub at: Option<Timestamp>,
    /// What was asked for.
    pub scope: Option<String>,
    /// Anything else, each with its label.
    pub notes: Vec<(String, String)>,
}

/// A document that was left out on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithheldDocument {
    /// Its digest, by which entries name it.
    pub sha256: Digest,
    /// A file name for people, if an entry gives one.
    pub name: Option<String>,
    /// Who withholds it.
    pub by: Option<Party>,
    /// Why it is withheld, in the exporter's words.
    pub reason: String,
    /// By what authority.
    pub authority: Option<String>,
    /// The entries that name it.
    pub entries: Vec<EntryIndex>,
}

/// Something that the evidence would need and does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingTerm {
    /// What is not here: the entries under this term.
    pub missing: Term,
    /// The entry that rests on it.
    pub entry: Option<EntryIndex>,
    /// What cannot be told without it, in one sentence without a full stop.
    pub detail: Option<String>,
}

/// A subject that a report is to tell of, with the entries about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The component, or the ledger, that it is about.
    pub subject: SubjectId,
    /// What it has to do with the subject of the report.
    pub relevance: Relevance,
    /// The entries about it, and those that mention it or judge one of its entries; ascending.
    pub entries: Vec<EntryIndex>,
}

/// An entry in the list at the end of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryShown {
    /// What it says.
    pub row: TimelineRow,
    /// The keys that signed it.
    pub signers: Vec<KeyId>,
    /// The first of its subjects.
    pub subject: Option<SubjectId>,
}

/// All that a report shows. [`Report::read`] fills what comes from entries; the caller sets the rest.
#[derive(Clone, Debug)]
pub struct Report {
    /// The answers.
    pub verdict: Verdict,
    /// The checkpoint as it was signed: a C2SP signed note.
    pub checkpoint: String,
    /// The registry over time.
    pub history: History,
    /// Where the evidence lies.
    pub kept: Kept,
    /// Why it was collected.
    pub case: Case,
    /// What was left out on purpose.
    pub withheld: Vec<WithheldDocument>,
    /// What is missing.
    pub gaps: Vec<MissingTerm>,
    /// The subjects, those asked for first, each group in order of ids.
    pub pages: Vec<Page>,
    /// Subjects that are in the evidence and not told here.
    pub untold: Vec<SubjectId>,
    /// The organisations that signed.
    pub signers: Vec<Signer>,
    /// The entries shown or named.
    pub entries: BTreeMap<EntryIndex, EntryShown>,
}

impl Report {
    /// Reads the subjects `wanted`, whoever signed their entries, and every entry that is named on the way. After [`PAGES_SHOWN`]
    /// subjects, [`ENTRIES_SHOWN`] entries or 8 Mi characters no more are read; the subjects beyond are named only.
    ///
    /// # Errors
    /// A row, or an entry about a subject, that cannot be read. Entries that are only named may be absent; the report says so.
    pub fn read<E: Entries>(
        entries: &E,
        mut wanted: Vec<Wanted>,
        verdict: Verdict,
        checkpoint: String,
        history: History,
        kept: Kept,
    ) -> Result<Self, E::Error> {
        wanted.sort_by(|a, b| (a.relevance, &a.subject).cmp(&(b.relevance, &b.subject)));
        wanted.dedup_by(|later, first| later.subject == first.subject);
        let mut report = Self {
            verdict,
            checkpoint,
            history,
            kept,
            case: Case::default(),
            withheld: Vec::new(),
            gaps: Vec::new(),
            pages: Vec::new(),
            untold: Vec::new(),
            signers: Vec::new(),
            entries: BTreeMap::new(),
        };
        let (mut read, mut text) = (0_usize, 0_usize);
        for one in wanted {
            if report.pages.len() >= PAGES_SHOWN || read >= ENTRIES_SHOWN || text >= TEXT_SHOWN {
                report.untold.push(one.subject);
                continue;
            }
            let page = Page::read(
                entries,
                &one.subject,
                one.relevance,
                &one.entries,
                &report.history,
            )?;
            read = read.saturating_add(page.signers.len());
            text = text.saturating_add(page.weight());
            report.pages.push(page);
        }
        let signed: BTreeMap<_, _> = report
            .pages
            .iter()
            .flat_map(|page| page.signers.clone())
            .collect();
        report.signers = Signer::of(&signed, &report.history);
        report.entries = report.shown(entries);
        Ok(report)
    }

    /// The entries on the pages and those that are named, as far as they can be read.
    fn shown<E: Entries>(&self, entries: &E) -> BTreeMap<EntryIndex, EntryShown> {
        let mut shown = BTreeMap::new();
        for index in self.named().into_iter().take(ENTRIES_SHOWN) {
            let Ok(entry) = entries.entry(index) else {
                continue;
            };
            let mut row = TimelineRow::new(index, &entry, None, &self.history);
            row.findings = distrusted(index, &entry, &self.history);
            let subject = entry
                .statement()
                .subjects
                .first()
                .map(|subject| subject.id.clone());
            let signers = entry.signers().to_vec();
            shown.insert(
                index,
                EntryShown {
                    row,
                    signers,
                    subject,
                },
            );
        }
        shown
    }

    /// Every entry that the report names.
    fn named(&self) -> BTreeSet<EntryIndex> {
        let charter = EntryIndex::new(0);
        let mut named = BTreeSet::from([charter]);
        for page in &self.pages {
            named.extend(page.signers.keys());
            for row in page.timeline.rows.iter().chain(&page.timeline.mentions) {
                named.extend(row.corrected_by.iter().map(|correction| correction.entry));
            }
            if let Some(standing) = &page.timeline.standing {
                named.extend(standing.custody.spans.iter().map(|span| span.from.entry));
                named.extend(
                    standing
                        .released
                        .iter()
                        .chain(&standing.recalled)
                        .chain(&standing.ended),
                );
            }
            let nodes = page.trace.iter().flat_map(|trace| trace.tree.walk());
            named.extend(nodes.filter_map(|node| node.manifest));
        }
        let answers = &self.verdict.answers;
        named.extend(answers.iter().flat_map(|answered| &answered.entries));
        named.extend(self.verdict.findings.iter().map(|finding| finding.entry));
        named.extend(self.signers.iter().flat_map(Signer::grounds));
        named
    }

    /// The page of a subject, counted from 1.
    #[must_use]
    pub fn page_of(&self, subject: &SubjectId) -> Option<usize> {
        let position = self.pages.iter().position(|page| page.subject() == subject);
        position.map(|position| position.saturating_add(1))
    }

    /// The pages of the subjects that were asked for.
    pub fn asked(&self) -> impl Iterator<Item = &Page> {
        self.pages
            .iter()
            .filter(|page| page.relevance == Relevance::Asked)
    }

    /// What is wrong with subjects that the verdict is not about, but rests on.
    #[must_use]
    pub fn related_findings(&self) -> Vec<Finding> {
        let all = self.pages.iter().flat_map(Page::findings);
        let mut findings: Vec<_> = all
            .filter(|finding| !self.verdict.findings.contains(finding))
            .collect();
        findings.sort();
        findings
    }
}
