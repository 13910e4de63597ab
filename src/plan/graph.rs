//! The graph of steps: an edge leads from a step to each that waits for it.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};

use petgraph::Direction::Incoming;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::diagnostic::{Diagnostic, Span};
use crate::expr::Reference;
use crate::workflow::{Names, Report, Step, Workflow};

/// Steps by their place in the file. An edge carries where the file says so.
pub(super) struct Graph(DiGraph<(), Span, u32>);

impl Graph {
    /// Edges are `needs` and every reference to an output.
    pub fn new(names: &Names<'_>) -> Self {
        let steps = &names.workflow.steps;
        let mut graph = DiGraph::with_capacity(steps.len(), steps.len());
        for _ in steps {
            graph.add_node(());
        }
        for (index, step) in steps.iter().enumerate() {
            let mut known = HashSet::new();
            for (need, span) in waits_for(names, step) {
                if need != index && known.insert(need) {
                    graph.add_edge(NodeIndex::new(need), NodeIndex::new(index), span);
                }
            }
        }
        Self(graph)
    }

    /// The places in the file of the steps that `step` waits for, ascending.
    pub fn needs(&self, step: usize) -> Vec<usize> {
        let mut needs: Vec<usize> = self.before(step).collect();
        needs.sort_unstable();
        needs
    }

    fn before(&self, step: usize) -> impl Iterator<Item = usize> + '_ {
        self.0.neighbors_directed(NodeIndex::new(step), Incoming).map(NodeIndex::index)
    }

    /// An order in which every step follows what it waits for; of those that may come next, the first in the file does.
    /// Steps on a cycle, and behind one, are left out.
    pub fn order(&self) -> Vec<usize> {
        let mut waiting: Vec<usize> =
            self.0.node_indices().map(|node| self.0.neighbors_directed(node, Incoming).count()).collect();
        let mut ready: BinaryHeap<Reverse<usize>> =
            waiting.iter().enumerate().filter(|(_, count)| **count == 0).map(|(step, _)| Reverse(step)).collect();
        let mut order = Vec::with_capacity(waiting.len());
        while let Some(Reverse(step)) = ready.pop() {
            order.push(step);
            for next in self.0.neighbors(NodeIndex::new(step)) {
                let count = &mut waiting[next.index()];
                *count -= 1;
                if *count == 0 {
                    ready.push(Reverse(next.index()));
                }
            }
        }
        order
    }

    /// Reports one cycle for each knot of steps that wait for each other.
    pub fn report_cycles(&self, workflow: &Workflow, report: &mut Report) {
        for knot in kosaraju_scc(&self.0).into_iter().filter(|knot| knot.len() > 1) {
            let Some(first) = knot.iter().copied().min() else { continue };
            let path = self.shortest_cycle(first, &knot);
            report.add(|| self.cycle(workflow, &path));
        }
    }

    /// The shortest way from `first` along what it waits for back to itself.
    fn shortest_cycle(&self, first: NodeIndex, knot: &[NodeIndex]) -> Vec<usize> {
        let inside: HashSet<NodeIndex> = knot.iter().copied().collect();
        let mut came_from: HashMap<NodeIndex, NodeIndex> = HashMap::new();
        let mut queue = VecDeque::from([first]);
        while let Some(node) = queue.pop_front() {
            for need in self.0.neighbors_directed(node, Incoming).filter(|need| inside.contains(need)) {
                if need == first {
                    let mut path = vec![first.index(), node.index()];
                    let mut at = node;
                    while let Some(before) = came_from.get(&at) {
                        path.push(before.index());
                        at = *before;
                    }
                    path.reverse();
                    return path;
                }
                if let Entry::Vacant(unseen) = came_from.entry(need) {
                    unseen.insert(node);
                    queue.push_back(need);
                }
            }
        }
        vec![first.index()]
    }

    fn cycle(&self, workflow: &Workflow, path: &[usize]) -> Diagnostic {
        let id = |step: &usize| workflow.steps[*step].id.as_str();
        let shown = shorten(path.iter().map(id).collect());
        let edge = match path {
            [first, second, ..] => self.0.find_edge(NodeIndex::new(*second), NodeIndex::new(*first)),
            _ => None,
        };
        let span = edge.and_then(|edge| self.0.edge_weight(edge)).copied().unwrap_or_default();
        Diagnostic::error("E0132", span, format!("these steps wait for each other: {}", shown.join(" -> ")))
            .label(format!("`{}` waits for `{}` here", shown[0], shown.get(1).unwrap_or(&shown[0])))
            .help("a step waits for those in `needs` and for those whose outputs it refers to; drop one of these")
    }
}

/// A long way shows its ends.
fn shorten(mut ids: Vec<&str>) -> Vec<&str> {
    const ENDS: usize = 8;
    if ids.len() > 2 * ENDS {
        ids.splice(ENDS..ids.len() - ENDS, ["…"]);
    }
    ids
}

/// Everything that `step` waits for, with the place that says so.
fn waits_for(names: &Names<'_>, step: &Step) -> Vec<(usize, Span)> {
    let needs = step.needs.iter().filter_map(|need| Some((names.step(need.value.as_str())?, need.span)));
    let references =
        step.templates().flat_map(|template| template.references()).filter_map(|(reference, span)| match reference {
            Reference::Output(id, _) => Some((names.step(id.as_str())?, *span)),
            _ => None,
        });
    needs.chain(references).collect()
}
