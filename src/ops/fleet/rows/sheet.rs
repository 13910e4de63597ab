//! Judges rows, one after the other, whatever they were written in.

use std::collections::{BTreeMap, HashMap};

use super::cell::{Cells, Fault, name, shown, word};
use super::key::Identity;
use super::{BadRow, DuplicateRow, GivenRows, MAX_ROWS, OpError};
use crate::diagnostic::nearest;
use crate::fleet::{Row, RowId, RowKey};
use crate::secret::Data;
use crate::workflow::{Given, Input, InputError, Workflow, bind, bind_some};

/// So many columns that are no inputs are named.
const MOST_NAMED: usize = 5;
/// Characters of a value.
const SHOWN: usize = 40;

pub(super) struct Sheet<'a> {
    workflow: &'a Workflow,
    given: &'a BTreeMap<String, Given>,
    sandbox: bool,
    identity: Identity,
    /// A column that is another in each row, for people where keys are digests.
    label: Option<String>,
    /// Rows so far, bad ones included.
    count: u64,
    rows: Vec<Row>,
    bad: Vec<BadRow>,
    duplicates: Vec<DuplicateRow>,
    /// Where in `rows` each key is.
    places: HashMap<RowKey, usize>,
    /// Columns that are no inputs, with the first row and line of each.
    unknown: Vec<(String, u64, Option<u64>)>,
    more_unknown: bool,
    holds_secrets: bool,
}

impl<'a> Sheet<'a> {
    /// What is wrong with the values for all rows is told now, and not with each row.
    pub fn new(
        workflow: &'a Workflow,
        key: Option<&str>,
        given: &'a BTreeMap<String, Given>,
        sandbox: bool,
    ) -> Result<Self, OpError> {
        let identity = Identity::parse(workflow, key)?;
        let (_, errors) = bind_some(workflow, given, sandbox);
        let (_, wrong): (Vec<_>, Vec<_>) =
            errors.into_iter().partition(|error| matches!(error, InputError::MissingInput { .. }));
        if !wrong.is_empty() {
            return Err(OpError::Inputs(wrong));
        }
        Ok(Self {
            workflow,
            given,
            sandbox,
            identity,
            label: None,
            count: 0,
            rows: Vec::new(),
            bad: Vec::new(),
            duplicates: Vec::new(),
            places: HashMap::new(),
            unknown: Vec::new(),
            more_unknown: false,
            holds_secrets: false,
        })
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// A row gave a value for a secret input.
    pub fn holds_secrets(&self) -> bool {
        self.holds_secrets
    }

    fn may_hold_secrets(&self) -> bool {
        self.workflow.inputs.iter().any(|input| input.secret)
    }

    pub fn is_secret(&self, column: &str) -> bool {
        self.input(column).is_some_and(|input| input.secret)
    }

    fn input(&self, column: &str) -> Option<&'a Input> {
        self.workflow.inputs.iter().find(|input| input.name.as_str() == column)
    }

    fn is_known(&self, column: &str) -> bool {
        self.input(column).is_some() || self.identity.has(column)
    }

    /// Where keys are digests, rows are known to people by this column.
    pub fn label_by(&mut self, column: Option<&String>) {
        self.label = column.filter(|_| matches!(self.identity, Identity::Content)).cloned();
    }

    /// All rows have these columns and no others: what is wrong with them is told once.
    pub fn columns(&mut self, columns: &[String]) -> Result<(), OpError> {
        if self.may_hold_secrets() && !columns.iter().any(|column| self.is_known(column)) {
            // A row in the place of the header, perhaps: its values are not to be shown.
            return Err(OpError::Usage(
                "the first line names no input of the workflow; it must name the columns".to_owned(),
            ));
        }
        columns.iter().for_each(|column| self.know(column, 0, None));
        self.refuse_unknown()?;
        if let Some(why) = self.identity.missing(columns) {
            return Err(OpError::Usage(why));
        }
        let (_, mut missing) = bind_some(self.workflow, self.given, self.sandbox);
        missing.retain(|error| matches!(error, InputError::MissingInput { name, .. } if !columns.contains(name)));
        if missing.is_empty() { Ok(()) } else { Err(OpError::Inputs(missing)) }
    }

    /// The next row. An error ends the reading.
    pub fn take(&mut self, line: Option<u64>, cells: Result<Cells, Fault>) -> Result<(), OpError> {
        if self.count == MAX_ROWS {
            return Err(OpError::Usage(format!("a fleet has {MAX_ROWS} rows at most; make several of it")));
        }
        self.count += 1;
        match cells.map_err(|fault| vec![self.bad(line, fault)]).and_then(|cells| self.judge(line, cells)) {
            Ok(row) => self.add(line, row),
            Err(bad) => self.bad.extend(bad),
        }
        Ok(())
    }

    /// What was given, unless a column is no input.
    pub fn finish(self) -> Result<GivenRows, OpError> {
        self.refuse_unknown()?;
        Ok(GivenRows { rows: self.rows, bad: self.bad, duplicates: self.duplicates })
    }

    fn judge(&mut self, line: Option<u64>, cells: Cells) -> Result<Row, Vec<BadRow>> {
        let (mut values, mut own, mut words) = (self.given.clone(), Vec::new(), BTreeMap::new());
        for (column, cell) in cells {
            match self.input(&column) {
                Some(input) => {
                    let Some(given) = cell.given(&input.ty) else { continue };
                    self.holds_secrets |= input.secret;
                    values.insert(column.clone(), given);
                    own.push(column);
                }
                None => {
                    self.know(&column, self.count, line);
                    if self.identity.has(&column) {
                        words.insert(column, cell.word());
                    }
                }
            }
        }
        if own.is_empty() && words.is_empty() {
            return Err(vec![self.bad(line, Fault::whole("it gives no value"))]);
        }
        let inputs = self.bound(line, &values)?;
        let key = self.identity.of(&inputs, &own, &words).map_err(|fault| vec![self.bad(line, fault)])?;
        let label = self.label.as_ref().and_then(|column| inputs.get(column)).filter(|datum| !datum.is_secret());
        let label = label.and_then(|datum| word(datum.expose())).map(|text| shown(&text, SHOWN));
        Ok(Row { key, number: self.count, inputs, secrets: Data::new(), label, found: Vec::new() })
    }

    fn bound(&self, line: Option<u64>, values: &BTreeMap<String, Given>) -> Result<Data, Vec<BadRow>> {
        let bound = bind(self.workflow, values, self.sandbox);
        bound.map_err(|errors| errors.into_iter().map(|error| self.refused(line, error, values)).collect())
    }

    /// A row as an earlier fleet knows it, with what it found out of it beside what all rows are given.
    pub fn take_found(
        &mut self,
        row: RowId,
        (key, label): (RowKey, Option<String>),
        found: BTreeMap<String, Given>,
        secrets: Data,
    ) {
        self.count = row.get().into();
        let values = self.given.iter().chain(&found).map(|(name, given)| (name.clone(), given.clone())).collect();
        match self.bound(None, &values) {
            Err(bad) => self.bad.extend(bad),
            Ok(inputs) => {
                let found = found.into_keys().collect();
                self.rows.push(Row { key, number: self.count, inputs, secrets, label, found });
            }
        }
    }

    /// Rows of one key are one row; if they differ, nobody knows which is meant.
    fn add(&mut self, line: Option<u64>, row: Row) {
        let Some(first) = self.places.get(&row.key).and_then(|at| self.rows.get(*at)) else {
            self.places.insert(row.key.clone(), self.rows.len());
            self.rows.push(row);
            return;
        };
        if first.inputs == row.inputs {
            self.duplicates.push(DuplicateRow { number: row.number, line, first: first.number });
            return;
        }
        let other = differing(&first.inputs, &row.inputs);
        let reason = format!("its key is that of row {}, and it has another {}", first.number, other.join(", "));
        self.bad.push(self.bad(line, Fault::whole(reason)));
    }

    fn bad(&self, line: Option<u64>, fault: Fault) -> BadRow {
        let column = fault.column.map(|column| name(&column));
        BadRow { number: self.count, line, column, found: None, reason: fault.reason }
    }

    fn refused(&self, line: Option<u64>, error: InputError, values: &BTreeMap<String, Given>) -> BadRow {
        let (column, reason) = match error {
            InputError::Wrong { name, why } => (Some(name), why),
            InputError::MissingInput { name, wanted, .. } => (Some(name), format!("missing: {wanted} is wanted")),
            other => (None, other.to_string()),
        };
        let found = column.as_ref().and_then(|name| self.found(values.get(name)?));
        BadRow { found, ..self.bad(line, Fault { column, reason }) }
    }

    /// Where a file may hold secrets, one may have slipped into another column.
    fn found(&self, given: &Given) -> Option<String> {
        if self.may_hold_secrets() {
            return None;
        }
        match given {
            Given::Text(text) => Some(shown(text, SHOWN)),
            Given::Json(value) => Some(shown(&value.to_string(), SHOWN)),
        }
    }

    /// Notes a column that is none.
    fn know(&mut self, column: &str, number: u64, line: Option<u64>) {
        if self.is_known(column) || self.unknown.iter().any(|(name, ..)| name == column) {
            return;
        }
        match self.unknown.len() {
            MOST_NAMED => self.more_unknown = true,
            _ => self.unknown.push((column.to_owned(), number, line)),
        }
    }

    fn refuse_unknown(&self) -> Result<(), OpError> {
        let told = self.unknown.iter().map(|(column, number, line)| {
            let near = nearest(column, self.workflow.inputs.iter().map(|input| input.name.as_str()));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let place = match (number, line) {
                (0, _) => String::new(),
                (number, None) => format!(" (row {number})"),
                (number, Some(line)) => format!(" (row {number}, line {line})"),
            };
            format!("the column `{}`{place} is no input of the workflow{near}", name(column))
        });
        let mut told: Vec<String> = told.collect();
        if told.is_empty() {
            return Ok(());
        }
        told.extend(self.more_unknown.then(|| "and there are more such columns".to_owned()));
        Err(OpError::Usage(told.join("\n")))
    }
}

/// The names under which two rows have other values.
fn differing(one: &Data, other: &Data) -> Vec<String> {
    let differs = |(name, datum): &(&String, _)| other.get(name) != Some(*datum);
    one.iter().filter(differs).map(|(name, _)| format!("`{name}`")).collect()
}
