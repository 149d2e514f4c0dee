//! The name that was probably meant.

/// The candidate nearest to `name`, when one is near enough to be meant: equal but for case; else at the smallest edit
/// distance (insertion, deletion, substitution, swap of neighbours; case ignored), at most a third of the letters and at most
/// three; else the only one that contains `name`. The first candidate wins a tie.
#[must_use]
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    let limit = (lower.len() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    let (mut containing, mut containers) = (None, 0);
    for candidate in candidates {
        if candidate.eq_ignore_ascii_case(name) {
            return Some(candidate);
        }
        let other: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
        if lower.len() >= 4 && other.windows(lower.len()).any(|part| part == lower) {
            (containing, containers) = (Some(candidate), containers + 1);
        }
        if lower.len().abs_diff(other.len()) <= limit {
            let distance = distance(&lower, &other);
            if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, candidate));
            }
        }
    }
    best.map(|(_, candidate)| candidate).or(containing.filter(|_| containers == 1))
}

/// Optimal string alignment, with three rows of the table.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        let mut left = i + 1;
        for (j, (y, above)) in b.iter().zip(last.windows(2)).enumerate() {
            let &[diagonal, above] = above else { continue };
            let mut cost = (diagonal + usize::from(x != y)).min(above + 1).min(left + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if let (true, Some(before)) = (swapped, before_last.get(j.wrapping_sub(1))) {
                cost = cost.min(before + 1);
            }
            row.push(cost);
            left = cost;
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    const KEYS: [&str; 5] = ["equals", "one_of", "starts_with", "at_least", "at_most"];

    #[test]
    fn a_name_that_differs_in_case_alone_wins() {
        assert_eq!(did_you_mean("storageencrypted", ["StorageEncrypte", "StorageEncrypted"]), Some("StorageEncrypted"));
    }

    #[test]
    fn slips_of_the_finger_are_found() {
        assert_eq!(did_you_mean("equal", KEYS), Some("equals"));
        assert_eq!(did_you_mean("eqauls", KEYS), Some("equals"));
        assert_eq!(did_you_mean("start_with", KEYS), Some("starts_with"));
        assert_eq!(did_you_mean("at_moost", KEYS), Some("at_most"));
    }

    #[test]
    fn the_nearer_of_two_wins_and_the_first_of_equals() {
        assert_eq!(did_you_mean("at_mest", KEYS), Some("at_most"));
        assert_eq!(did_you_mean("cat", ["bat", "hat"]), Some("bat"));
    }

    #[test]
    fn a_distant_name_is_not_guessed() {
        assert_eq!(did_you_mean("cidr_within", KEYS), None);
        assert_eq!(did_you_mean("", KEYS), None);
        assert_eq!(did_you_mean("x", KEYS), None);
    }

    #[test]
    fn a_part_of_one_name_only_is_completed() {
        assert_eq!(did_you_mean("Encrypted", ["StorageEncrypted", "KmsKeyId"]), Some("StorageEncrypted"));
        assert_eq!(did_you_mean("Encrypted", ["StorageEncrypted", "EncryptedAtRest"]), None);
    }

    #[test]
    fn a_swap_counts_as_one_edit() {
        assert_eq!(did_you_mean("abdc", ["abcd"]), Some("abcd"));
        assert_eq!(did_you_mean("abxy", ["abcd"]), None);
    }
}
