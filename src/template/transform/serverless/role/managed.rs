//! The managed policies of AWS, by name.

use std::sync::LazyLock;

/// One path a line, sorted by name; lines of comments first.
static PATHS: &str = include_str!("managed_policies.txt");

static SORTED: LazyLock<Vec<&str>> = LazyLock::new(|| PATHS.lines().filter(|line| !line.starts_with('#')).collect());

/// The path of a managed policy behind `policy/`, such as `service-role/AWSLambdaBasicExecutionRole`.
pub(super) fn path(name: &str) -> Option<&'static str> {
    let at = SORTED.binary_search_by_key(&name, |path| last(path)).ok()?;
    SORTED.get(at).copied()
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_managed_policy_is_found_by_its_name() {
        assert!(SORTED.is_sorted_by_key(|path| last(path)));
        assert_eq!(path("AWSLambdaBasicExecutionRole"), Some("service-role/AWSLambdaBasicExecutionRole"));
        assert_eq!(path("AmazonS3ReadOnlyAccess"), Some("AmazonS3ReadOnlyAccess"));
        assert_eq!(path("ViewOnlyAccess"), Some("job-function/ViewOnlyAccess"));
        assert_eq!(path("NoSuchPolicy"), None);
    }
}
