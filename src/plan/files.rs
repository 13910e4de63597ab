//! A workflow and the files that it calls, each read and checked once, by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::build::{Local, local};
use super::graph::Graph;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::expr::{Template, weight};
use crate::workflow::{
    self, Budget, Called, Catalogue, Input, Names, Report, Sources, Spanned, Step, Workflow, called_in, resolve,
};

/// Calls nested deeper than this, and more steps than these in a workflow that calls files, are no honest work.
const MAX_LEVELS: usize = 32;
const MAX_STEPS: usize = 10_000;
/// What all steps of such a workflow may take, about in bytes: each call has the steps of its file for itself.
const MAX_WEIGHT: usize = 32 << 20;
/// No more files are read once those that were take so much.
const MAX_READ: usize = 12 << 20;

/// One file.
pub(super) struct File {
    pub workflow: Arc<Workflow>,
    pub called: Called,
    /// For each `uses` that names a file, its path.
    pub paths: BTreeMap<String, String>,
    /// `None` if its steps have no order.
    pub local: Option<Local>,
    /// How many steps it comes to with all that it calls.
    size: usize,
    /// What these take, about in bytes.
    weight: usize,
    /// The same of its inputs and its own steps alone.
    own_weight: usize,
    /// How deep it calls, itself included.
    height: usize,
}

/// All files by their paths from the workflow's folder; `None` is one that cannot be read as a workflow.
pub(super) type Files = BTreeMap<String, Option<File>>;

pub(super) struct Reader<'a> {
    sources: &'a Sources,
    catalogue: &'a Catalogue,
    pub files: Files,
    /// The files that are being read, each called by the one before.
    trail: Vec<String>,
    budget: Budget,
    findings: BTreeMap<String, Vec<Diagnostic>>,
}

impl<'a> Reader<'a> {
    /// Reads the workflow and all files that it calls.
    pub fn read(sources: &'a Sources, catalogue: &'a Catalogue) -> Self {
        let mut reader = Self {
            sources,
            catalogue,
            files: Files::new(),
            trail: Vec::new(),
            budget: Budget::default(),
            findings: BTreeMap::new(),
        };
        reader.file(sources.main_path(), &sources.main);
        reader
    }

    /// What was found, in the workflow itself first.
    pub fn findings(&mut self) -> Vec<Diagnostic> {
        let own = self.findings.remove(self.sources.main_path()).unwrap_or_default();
        let mut report = Report::default();
        report.extend(own.into_iter().chain(std::mem::take(&mut self.findings).into_values().flatten()));
        report.in_order_of_finding()
    }

    fn file(&mut self, path: &str, source: &Source) {
        self.trail.push(path.to_owned());
        let mut report = Report::default();
        let (mut called, mut paths) = (Called::new(), BTreeMap::new());
        for uses in called_in(source) {
            if paths.contains_key(&uses.value) {
                continue;
            }
            match self.callee(path, &uses) {
                Ok(callee) => {
                    if let Some(Some(file)) = self.files.get(&callee) {
                        called.insert(uses.value.clone(), file.workflow.clone());
                    }
                    paths.insert(uses.value, callee);
                }
                Err(found) => report.add(|| *found),
            }
        }
        let file = workflow::decode(source, self.catalogue, &called, &mut self.budget, &mut report)
            .map(|workflow| self.checked(workflow, called, paths, &mut report));
        let found = report.into_findings();
        let found = match path == self.sources.main_path() {
            true => found,
            false => found.into_iter().map(|finding| finding.within(source)).collect(),
        };
        self.findings.insert(path.to_owned(), found);
        self.files.insert(path.to_owned(), file);
        self.trail.pop();
    }

    /// The path of the file that the one at `caller` calls, which has been read.
    fn callee(&mut self, caller: &str, uses: &Spanned<String>) -> Result<String, Box<Diagnostic>> {
        let cannot = |why: &str| {
            let message = format!("`{}` cannot be called: {why}", uses.value.escape_debug());
            Box::new(Diagnostic::error("E0150", uses.span, message))
        };
        let path = resolve(caller, &uses.value).map_err(|why| cannot(&why))?;
        if self.trail.contains(&path) {
            let way: Vec<&str> = self.trail.iter().chain([&path]).map(String::as_str).collect();
            let message = format!("these files call each other: {}", way.join(" -> "));
            let found = Diagnostic::error("E0151", uses.span, message).label("leads back here");
            return Err(Box::new(found.help("a file that calls itself would have no end; drop one of these calls")));
        }
        if self.trail.len() + self.height(&path).max(1) > MAX_LEVELS {
            return Err(too_large(uses.span, &format!("calls are nested more than {MAX_LEVELS} levels deep")));
        }
        if !self.files.contains_key(&path) {
            if self.files.values().flatten().map(|file| file.own_weight).sum::<usize>() > MAX_READ {
                return Err(too_large(uses.span, "the files that were read before take too much memory"));
            }
            let sources = self.sources;
            self.file(&path, sources.file(&path).map_err(cannot)?);
        }
        Ok(path)
    }

    fn checked(
        &mut self,
        mut workflow: Workflow,
        called: Called,
        paths: BTreeMap<String, String>,
        report: &mut Report,
    ) -> File {
        let (mut size, mut weight) = (0usize, 0usize);
        for step in &workflow.steps {
            let callee = paths.get(&step.uses.value);
            size = size.saturating_add(callee.map_or(1, |path| self.size(path).saturating_add(2)));
            weight =
                weight.saturating_add(step_weight(step)).saturating_add(callee.map_or(0, |path| self.weight(path)));
            // A file that is too large by itself has said so.
            if callee.is_some_and(|path| self.size(path) <= MAX_STEPS) && size > MAX_STEPS {
                report.add(|| {
                    *too_large(step.uses.span, &format!("with this call there are more than {MAX_STEPS} steps"))
                });
                break;
            }
            let said = callee.is_some_and(|path| self.weight(path) > MAX_WEIGHT && self.height(path) > 1);
            if !paths.is_empty() && !said && size <= MAX_STEPS && weight > MAX_WEIGHT {
                report.add(|| *too_large(step.uses.span, "with all calls the steps take too much memory"));
                break;
            }
        }
        let own_weight = workflow.steps.iter().map(step_weight).chain(workflow.inputs.iter().map(input_weight)).sum();
        let names = Names::new(&workflow, self.catalogue, &called);
        let graph = Graph::new(&names);
        let order = graph.order();
        let types = workflow::check(&names, &order, &mut self.budget, report);
        let local = local(&names, &graph, order, &|uses| self.secret_outputs(paths.get(uses)), report);
        workflow.outputs.iter_mut().zip(types).for_each(|(output, ty)| output.ty = ty);
        let height = 1 + paths.values().map(|path| self.height(path)).max().unwrap_or(0);
        File { workflow: Arc::new(workflow), called, paths, local, size, weight, own_weight, height }
    }

    fn known(&self, path: &str) -> Option<&File> {
        self.files.get(path)?.as_ref()
    }

    fn size(&self, path: &str) -> usize {
        self.known(path).map_or(0, |file| file.size)
    }

    fn weight(&self, path: &str) -> usize {
        self.known(path).map_or(0, |file| file.weight)
    }

    fn height(&self, path: &str) -> usize {
        self.known(path).map_or(0, |file| file.height)
    }

    fn secret_outputs(&self, path: Option<&String>) -> Vec<bool> {
        let local = path.and_then(|path| self.known(path)?.local.as_ref());
        local.map(|local| local.secret_outputs.clone()).unwrap_or_default()
    }
}

fn step_weight(step: &Step) -> usize {
    /// Of a step, and of a capture, without the values that stand in them.
    const STEP: usize = 1000;
    const CAPTURE: usize = 300;
    let undo = step.undo.iter().flat_map(|undo| undo.with.iter().map(|(_, value)| value));
    let values: usize = step.templates().chain(undo).map(Template::weight).sum();
    let captures = step.captures.len() + step.probe.as_ref().map_or(0, |probe| probe.captures.len());
    STEP + values + CAPTURE * captures
}

fn input_weight(input: &Input) -> usize {
    /// Of an input without its values.
    const INPUT: usize = 500;
    let of_items = input.rules.items.as_deref();
    let allowed = [Some(&input.rules), of_items].into_iter().flatten().flat_map(|rules| &rules.one_of);
    INPUT + allowed.chain(&input.default).chain(&input.sandbox).map(weight).sum::<usize>()
}

fn too_large(span: Span, what: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("E0152", span, what.to_owned()))
}
