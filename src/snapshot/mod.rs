//! Snapshots: what an account holds at a point in time, as a file that can be judged again.
//!
//! A live scan is "collect a snapshot, then scan the snapshot". This module knows the format and makes an inventory of it;
//! it calls no API, reads no clock and knows no rule.

pub mod record;
