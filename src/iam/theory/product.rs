//! The product of the automata of several pattern sets, built as far as needed.

use super::Answer;
use super::glob::{Glob, Scope, Tok};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Characters for places where no pattern asks for a certain one, in the order in which they are tried.
const FRESH: &str = "xyzwabcdefghijklmnopqrstuv0123456789-XYZWABCDEFGHIJKLMNOPQRSTUV_.=+,@/ ~!#$%&()[]{}<>;|^\"'\\";

/// One position in one pattern.
struct Cell {
    /// What stands here; nothing at the end.
    tok: Option<Tok>,
    /// Which set the pattern belongs to.
    set: u32,
    fold: bool,
    /// How many more characters are needed at least.
    rest: u32,
    /// Whether all texts match from here.
    universal: bool,
    /// The first position of this pattern from which nothing matches that does not match from here.
    covers: u32,
}

/// Patterns side by side. Set `0` is what must not match.
struct Machine {
    cells: Vec<Cell>,
    starts: Vec<u32>,
    sets: u32,
    /// Whether some patterns ignore case and others do not.
    mixed: bool,
}

/// A text that matches a pattern of every set in `all`, and none in `none`; gives up after `cap` states.
pub(super) fn search(all: &[Vec<&Glob>], none: &[&Glob], cap: usize) -> Answer<String> {
    let machine = Machine::new(all, none);
    let mut nodes: Vec<Node> = Vec::new();
    let mut seen: FxHashMap<Box<[u32]>, ()> = FxHashMap::default();
    let mut best = BinaryHeap::new();
    let mut broad = VecDeque::new();
    let mut start = machine.starts.clone();
    let Some(first) = machine.normalise(&mut start) else { return Answer::Unsat };
    if machine.accepts(&start) {
        return Answer::Sat(String::new());
    }
    seen.insert(start.clone().into(), ());
    nodes.push(Node { state: start.into(), parent: 0, by: '\0', done: false });
    best.push(Reverse((first, 0)));
    broad.push_back(0);
    let mut turn = false;
    let mut next = Vec::new();
    // Both orders in turn: the greedy one finds most witnesses at once, the other cannot be led astray.
    loop {
        turn = !turn;
        let popped = if turn { best.pop().map(|Reverse((_, at))| at) } else { broad.pop_front() };
        let Some(at) = popped.or_else(|| broad.pop_front()) else { return Answer::Unsat };
        if std::mem::replace(&mut nodes[at].done, true) {
            continue;
        }
        for c in machine.alphabet(&nodes[at].state) {
            machine.step(&nodes[at].state, c, &mut next);
            let Some(rest) = machine.normalise(&mut next) else { continue };
            if seen.contains_key(next.as_slice()) {
                continue;
            }
            let node = Node { state: next.as_slice().into(), parent: at, by: c, done: false };
            nodes.push(node);
            if machine.accepts(&next) {
                return Answer::Sat(spell(&nodes, nodes.len() - 1));
            }
            if nodes.len() > cap {
                return Answer::Limit;
            }
            seen.insert(next.as_slice().into(), ());
            best.push(Reverse((rest, nodes.len() - 1)));
            broad.push_back(nodes.len() - 1);
        }
    }
}

struct Node {
    state: Box<[u32]>,
    parent: usize,
    by: char,
    done: bool,
}

fn spell(nodes: &[Node], mut at: usize) -> String {
    let mut text = Vec::new();
    while at != 0 {
        text.push(nodes[at].by);
        at = nodes[at].parent;
    }
    text.iter().rev().collect()
}

impl Machine {
    fn new(all: &[Vec<&Glob>], none: &[&Glob]) -> Self {
        let mut machine = Self { cells: Vec::new(), starts: Vec::new(), sets: all.len() as u32, mixed: false };
        let mut folds = [false; 2];
        let sets = std::iter::once(none).chain(all.iter().map(Vec::as_slice));
        for (set, globs) in sets.enumerate() {
            for glob in globs {
                folds[usize::from(glob.fold())] = true;
                machine.add(glob, set as u32);
            }
        }
        machine.mixed = folds == [true; 2];
        machine
    }

    fn add(&mut self, glob: &Glob, set: u32) {
        let first = self.cells.len() as u32;
        self.starts.push(first);
        let toks = glob.toks();
        let mut rest = glob.least();
        for (at, tok) in toks.iter().enumerate() {
            let mut covers = first + at as u32;
            if let Tok::Star(scope) = tok {
                // Whatever stands before the star can be read by the star instead, as far as its scope goes.
                let reads = |tok: &Tok| match tok {
                    Tok::Lit(c) => scope.admits(*c),
                    Tok::One(other) | Tok::Star(other) => other >= scope,
                };
                covers -= toks[..at].iter().rev().take_while(|tok| reads(tok)).count() as u32;
            }
            let universal = matches!(toks[at..], [Tok::Star(Scope::All)]);
            self.cells.push(Cell { tok: Some(*tok), set, fold: glob.fold(), rest, universal, covers });
            rest -= u32::from(!matches!(tok, Tok::Star(_)));
        }
        let end = first + toks.len() as u32;
        self.cells.push(Cell { tok: None, set, fold: glob.fold(), rest: 0, universal: false, covers: end });
    }

    /// Closes the state over empty stars, drops positions that others cover, and says how many characters are missing at
    /// least. `None` when the state leads nowhere.
    fn normalise(&self, state: &mut Vec<u32>) -> Option<u32> {
        let mut at = 0;
        while at < state.len() {
            let position = state[at];
            if matches!(self.cells[position as usize].tok, Some(Tok::Star(_))) && !state.contains(&(position + 1)) {
                state.push(position + 1);
            }
            at += 1;
        }
        state.sort_unstable();
        state.dedup();
        let mut covered = u32::MAX;
        let mut from = u32::MAX;
        for at in (0..state.len()).rev() {
            let position = state[at];
            if position >= covered && position < from {
                state.remove(at);
                continue;
            }
            let cell = &self.cells[position as usize];
            if cell.covers < position {
                (covered, from) = (cell.covers, position);
            }
        }
        self.judge(state)
    }

    fn judge(&self, state: &mut Vec<u32>) -> Option<u32> {
        let mut least = vec![u32::MAX; self.sets as usize + 1];
        let mut universal: Vec<Option<u32>> = vec![None; self.sets as usize + 1];
        for position in state.iter() {
            let cell = &self.cells[*position as usize];
            let set = cell.set as usize;
            least[set] = least[set].min(cell.rest);
            if cell.universal {
                universal[set] = universal[set].or(Some(*position));
            }
        }
        if universal[0].is_some() || least[1..].contains(&u32::MAX) {
            return None;
        }
        if universal.iter().any(Option::is_some) {
            // A set that matches whatever comes needs no other position; which pattern did it does not matter.
            let mut kept: Vec<Option<u32>> = vec![None; self.sets as usize + 1];
            state.retain(|position| {
                let set = self.cells[*position as usize].set as usize;
                match universal[set] {
                    None => true,
                    Some(_) if kept[set].is_some() => false,
                    Some(_) => self.cells[*position as usize].universal && kept[set].replace(*position).is_none(),
                }
            });
        }
        least[1..].iter().copied().max().or(Some(0))
    }

    fn accepts(&self, state: &[u32]) -> bool {
        let mut met = vec![false; self.sets as usize + 1];
        for position in state {
            let cell = &self.cells[*position as usize];
            met[cell.set as usize] |= cell.tok.is_none() || cell.universal;
        }
        !met[0] && met[1..].iter().all(|met| *met)
    }

    fn step(&self, state: &[u32], c: char, next: &mut Vec<u32>) {
        next.clear();
        for position in state {
            let cell = &self.cells[*position as usize];
            match cell.tok {
                Some(Tok::Lit(l)) if l == c || cell.fold && l == c.to_ascii_lowercase() => next.push(position + 1),
                Some(Tok::One(scope)) if scope.admits(c) => next.push(position + 1),
                Some(Tok::Star(scope)) if scope.admits(c) => next.push(*position),
                _ => {}
            }
        }
    }

    /// Characters such that every other behaves like one of them: those that patterns ask for here, those at which wildcards
    /// stop, and one that no pattern asks for.
    fn alphabet(&self, state: &[u32]) -> Vec<char> {
        let (mut chars, mut scoped) = (Vec::new(), Scope::All);
        let mut push = |c: char| {
            if !chars.contains(&c) {
                chars.push(c);
            }
        };
        for position in state {
            let cell = &self.cells[*position as usize];
            match cell.tok {
                Some(Tok::Lit(c)) => {
                    push(c);
                    if self.mixed && cell.fold {
                        push(c.to_ascii_uppercase());
                    }
                }
                Some(Tok::One(scope) | Tok::Star(scope)) => scoped = scoped.max(scope),
                None => {}
            }
        }
        let fresh = |c: &char| !chars.iter().any(|used| used.eq_ignore_ascii_case(c));
        let other = FRESH.chars().chain('\u{a1}'..).find(|c| fresh(c) && *c != '/' || fresh(c) && scoped < Scope::Name);
        chars.extend(other);
        if scoped != Scope::All && !chars.contains(&':') {
            chars.push(':');
        }
        if scoped == Scope::Name && !chars.contains(&'/') {
            chars.push('/');
        }
        chars
    }
}
