use crate::clause::{Clause, Reference};
use crate::flag::{Cohort, Flag};

/// Marks the flags and cohorts that lie in a circle of references, or between two circles.
///
/// What refers to nothing that is left is taken away, again and again, and then what nothing refers to: only
/// circles stay. That follows chains of any length without recursion.
pub(super) fn mark(flags: &mut [Flag], cohorts: &mut [Cohort]) {
    let offset = flags.len();
    let mut edges = Vec::new();
    for (from, flag) in flags.iter().enumerate() {
        let conditions = flag.rules.iter().flat_map(|rules| rules.super_condition.iter().chain(&rules.conditions));
        let clauses = conditions.flat_map(|condition| &condition.clauses);
        collect(clauses, from, offset, &mut edges);
    }
    for (from, cohort) in cohorts.iter().enumerate() {
        collect(std::iter::once(&cohort.clause), offset + from, offset, &mut edges);
    }
    if edges.is_empty() {
        return;
    }
    let mut left = vec![true; offset + cohorts.len()];
    peel(&edges, &mut left);
    let reversed: Vec<_> = edges.iter().map(|&(from, to)| (to, from)).collect();
    peel(&reversed, &mut left);
    let (of_flags, of_cohorts) = left.split_at(offset);
    flags.iter_mut().zip(of_flags).for_each(|(flag, left)| flag.in_cycle = *left);
    cohorts.iter_mut().zip(of_cohorts).for_each(|(cohort, left)| cohort.in_cycle = *left);
}

fn collect<'a>(clauses: impl Iterator<Item = &'a Clause>, from: usize, offset: usize, edges: &mut Vec<(usize, usize)>) {
    for clause in clauses {
        clause.references(&mut |reference| match reference {
            Reference::Flag(flag) => edges.push((from, flag)),
            Reference::Cohort(cohort) => edges.push((from, offset + cohort)),
        });
    }
}

/// Takes away, one after the other, what has no edge to anything that is left.
fn peel(edges: &[(usize, usize)], left: &mut [bool]) {
    let mut open = vec![0_usize; left.len()];
    let mut sources = vec![Vec::new(); left.len()];
    for &(from, to) in edges.iter().filter(|(from, to)| left[*from] && left[*to]) {
        open[from] += 1;
        sources[to].push(from);
    }
    let mut done: Vec<usize> = (0..left.len()).filter(|&node| left[node] && open[node] == 0).collect();
    while let Some(node) = done.pop() {
        left[node] = false;
        for &source in &sources[node] {
            open[source] -= 1;
            if open[source] == 0 {
                done.push(source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
        let mut left = vec![true; nodes];
        peel(edges, &mut left);
        let reversed: Vec<_> = edges.iter().map(|&(from, to)| (to, from)).collect();
        peel(&reversed, &mut left);
        (0..nodes).filter(|&node| left[node]).collect()
    }

    #[test]
    fn only_circles_stay() {
        assert_eq!(circles(3, &[]), [0_usize; 0]);
        assert_eq!(circles(3, &[(0, 1), (1, 2), (0, 2)]), [0_usize; 0]);
        assert_eq!(circles(2, &[(0, 0), (1, 0)]), [0]);
        assert_eq!(circles(5, &[(0, 1), (1, 2), (2, 1), (2, 3), (4, 3)]), [1, 2]);
        assert_eq!(circles(4, &[(0, 1), (1, 0), (2, 3), (3, 2)]), [0, 1, 2, 3]);
    }

    #[test]
    fn long_chains_are_followed() {
        let chain: Vec<_> = (0..100_000).map(|node| (node, node + 1)).collect();
        assert_eq!(circles(100_001, &chain), [0_usize; 0]);
    }
}
