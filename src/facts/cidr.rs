//! Address blocks.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A range of addresses of one family, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Whether it is IPv6.
    pub v6: bool,
    /// The first address.
    pub first: u128,
    /// The last address.
    pub last: u128,
}

impl Block {
    /// Reads a CIDR block in any notation that AWS takes; host bits are ignored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let (v6, width, start) = match address.parse::<Ipv4Addr>() {
            Ok(v4) => (false, 32, u128::from(u32::from(v4))),
            Err(_) => (true, 128, u128::from(address.parse::<Ipv6Addr>().ok()?)),
        };
        let prefix: u32 = prefix.map_or(Some(width), |prefix| prefix.parse().ok())?;
        let host = width.checked_sub(prefix)?;
        let mask = if host == 128 { u128::MAX } else { (1 << host) - 1 };
        Some(Self { v6, first: start & !mask, last: start | mask })
    }

    /// Whether every address of `other` is in this block.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.v6 == other.v6 && self.first <= other.first && other.last <= self.last
    }

    /// Whether it has more addresses than a block of this prefix, of IPv4 or IPv6.
    #[must_use]
    pub fn is_wider(&self, prefix: u32, prefix6: u32) -> bool {
        let host = if self.v6 { 128u32.saturating_sub(prefix6) } else { 32u32.saturating_sub(prefix) };
        (self.last - self.first).checked_shr(host).is_some_and(|more| more > 0)
    }

    /// Whether the two have an address in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.v6 == other.v6 && self.first <= other.last && other.first <= self.last
    }
}

/// Whether the blocks together have every address of `whole`.
#[must_use]
pub fn cover(blocks: &[Block], whole: &Block) -> bool {
    let mut parts: Vec<&Block> = blocks.iter().filter(|block| block.overlaps(whole)).collect();
    parts.sort_by_key(|block| block.first);
    let mut next = whole.first;
    for part in parts {
        if part.first > next {
            return false;
        }
        if part.last >= whole.last {
            return true;
        }
        next = next.max(part.last + 1);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Block {
        Block::parse(text).unwrap()
    }

    #[test]
    fn every_notation_of_the_same_block_is_the_same_block() {
        assert_eq!(block("::/0"), block("0:0:0:0:0:0:0:0/0"));
        assert_eq!(block("10.1.2.3/8"), block("10.0.0.0/8"));
        assert_eq!(Block::parse("10.0.0.0/33"), None);
        assert_eq!(Block::parse("pl-123"), None);
    }

    #[test]
    fn a_block_is_wider_than_a_longer_prefix() {
        assert!(block("10.0.0.0/27").is_wider(28, 124));
        assert!(!block("10.0.0.0/28").is_wider(28, 124));
        assert!(block("0.0.0.0/0").is_wider(1, 128));
        assert!(!block("0.0.0.0/0").is_wider(0, 0));
        assert!(block("::/0").is_wider(32, 1));
        assert!(!block("::/0").is_wider(32, 0));
        assert!(!block("2001:db8::/125").is_wider(0, 124));
    }

    #[test]
    fn halves_cover_the_whole_and_a_half_does_not() {
        let whole = block("0.0.0.0/0");
        assert!(cover(&[block("128.0.0.0/1"), block("0.0.0.0/1")], &whole));
        assert!(!cover(&[block("0.0.0.0/1")], &whole));
        assert!(!cover(&[block("::/0")], &whole));
    }
}
