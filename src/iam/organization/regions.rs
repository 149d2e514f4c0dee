//! The regions of the partition `aws`.

/// Every region, as of botocore 1.44.5 (`partitions.json`, 2026-10-27). What AWS adds later is tried as well, by a made-up name.
pub const REGIONS: [&str; 36] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "me-west-1",
    "mx-central-1",
    "sa-east-1",
    "sa-west-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// Stands for a region that does not exist yet.
pub(super) const LATER: &str = "xx-later-1";

/// Whether a text has the form of a region's name: `us-east-1`, `us-gov-west-1`.
#[must_use]
pub fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    match parts.split_last() {
        Some((last, head)) => head.len() >= 2 && head.iter().all(is_word) && last.parse::<u8>().is_ok(),
        None => false,
    }
}

/// The regions that are not allowed: those of the list above, and one that does not exist yet.
pub(super) fn outside(allowed: &[&str]) -> Vec<&'static str> {
    REGIONS.iter().copied().chain([LATER]).filter(|region| !allowed.contains(region)).collect()
}
