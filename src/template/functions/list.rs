//! Lists: `Fn::Select`, `Fn::Cidr`, `Fn::GetAZs`, `Fn::Length`.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::inventory::identity;
use crate::source::NodeId;
use crate::template::resolver::Resolver;
use crate::value::{Cause, Kind, Place, ResourceId, ValueId};

/// `Fn::Cidr` makes at most this many blocks.
const BLOCKS: u32 = 256;

impl<'u> Resolver<'u> {
    pub(super) fn fn_select(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        let Some(items) = self.arguments(stack, node, place, "Fn::Select", 2) else {
            return self.unknown(Cause::Invalid, place);
        };
        let index = self.value(stack, items[0]);
        if let Some(part) = self.part_of_reference(stack, index, items[1], place) {
            return part;
        }
        let list = self.value(stack, items[1]);
        let zones = self.stacks[stack].tree.get(items[1], "Fn::GetAZs").is_some();
        self.each_case(index, place, &mut |resolver, index| {
            let Some(text) = resolver.constant_text(index) else { return resolver.pass_unknown(index, place) };
            let Ok(index) = text.parse::<usize>() else {
                return resolver.invalid(place, "the index of `Fn::Select` is not a number");
            };
            resolver.each_case(list, place, &mut |resolver, list| match resolver.inventory.values.kind(list) {
                // Which zone that is nobody knows, but that another index is another one.
                Kind::Unknown(_) if zones => {
                    resolver.unknown(Cause::Environment { name: format!("Fn::GetAZs[{index}]").into() }, place)
                }
                _ => resolver.select(index, list, place),
            })
        })
    }

    /// A part of what an attribute returns, where the form of that is known: `Fn::Select` over `Fn::Split` of a reference.
    fn part_of_reference(&mut self, stack: usize, index: ValueId, list: NodeId, place: Place) -> Option<ValueId> {
        let tree = self.stacks[stack].tree;
        let [delimiter, text] = tree.items(tree.get(list, "Fn::Split")?) else { return None };
        let (delimiter, index) = (tree.scalar(*delimiter)?, self.constant_text(index)?.parse::<usize>().ok()?);
        // What is more than a name is worked out once only, with the list.
        let [function] = tree.members(*text) else { return None };
        let plain = |node: NodeId| {
            tree.scalar(node).is_some() || tree.items(node).iter().all(|one| tree.scalar(*one).is_some())
        };
        if !matches!(tree.key(function), "Ref" | "Fn::GetAtt" | "Fn::ImportValue") || !plain(function.value) {
            return None;
        }
        let text = self.value(stack, *text);
        let Kind::Reference { resource, attribute } = self.inventory.values.kind(text) else { return None };
        let name = self.inventory.names.text(attribute).to_owned();
        match (delimiter, index) {
            (":", index) => self.part_of_arn(resource, &name, index, place),
            // `https://HOST/`
            ("/", 2) if name.ends_with("Url") || name.ends_with("URL") => {
                let host = self.inventory.names.intern(&format!("{name}.Host"));
                Some(self.reference_to(resource, host, place))
            }
            _ => None,
        }
    }

    fn part_of_arn(&mut self, resource: ResourceId, attribute: &str, index: usize, place: Place) -> Option<ValueId> {
        let identity = identity(self.inventory.type_name(resource))?;
        let (_, format) = identity.arn.filter(|(name, _)| *name == attribute)?;
        let part = format.split(':').nth(index)?;
        let own = self.inventory.resource(resource).stack;
        let stack = self.stacks.iter().position(|state| state.id == own)?;
        let pseudo = match part {
            "{partition}" => "AWS::Partition",
            "{region}" => "AWS::Region",
            "{account}" => "AWS::AccountId",
            "{name}" if identity.reference == "{name}" => {
                let name = self.inventory.names.intern("Ref");
                return Some(self.reference_to(resource, name, place));
            }
            _ if part.contains('{') => return None,
            _ => return Some(self.inventory.values.push_text(part, place)),
        };
        Some(self.reference(stack, pseudo, place))
    }

    fn select(&mut self, index: usize, list: ValueId, place: Place) -> ValueId {
        let Kind::List(range) = self.inventory.values.kind(list) else { return self.pass_unknown(list, place) };
        let items = self.inventory.values.items(range).to_vec();
        if let Some(position) = items.iter().take(index + 1).position(|item| self.may_be_absent(*item)) {
            return self.each_case(items[position], place, &mut |resolver, chosen| {
                let mut items = items.clone();
                items[position] = chosen;
                if resolver.is_absent(chosen) {
                    items.remove(position);
                }
                let list = resolver.inventory.values.push_list(&items, place);
                resolver.select(index, list, place)
            });
        }
        match items.get(index) {
            Some(item) => self.at(*item, place),
            None => self.invalid(place, format!("`Fn::Select` asks for element {index} of {}", items.len())),
        }
    }

    pub(super) fn fn_length(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        if !self.extended(stack, "`Fn::Length`", place) {
            return self.unknown(Cause::Invalid, place);
        }
        let list = self.value(stack, node);
        self.each_case(list, place, &mut |resolver, list| resolver.length(list, 0, place))
    }

    /// The number of items, each of which may be there or not; before `from` they are decided.
    fn length(&mut self, list: ValueId, from: usize, place: Place) -> ValueId {
        let Kind::List(range) = self.inventory.values.kind(list) else { return self.pass_unknown(list, place) };
        let items = self.inventory.values.items(range).to_vec();
        if let Some(position) = items.iter().skip(from).position(|item| self.may_be_absent(*item)) {
            let position = from + position;
            return self.each_case(items[position], place, &mut |resolver, chosen| {
                let absent = resolver.is_absent(chosen);
                let mut items = items.clone();
                if absent {
                    items.remove(position);
                }
                let list = resolver.inventory.values.push_list(&items, place);
                resolver.length(list, position + usize::from(!absent), place)
            });
        }
        let text = self.inventory.values.store(&items.len().to_string());
        self.inventory.values.push(Kind::Number(text), place)
    }

    pub(super) fn fn_cidr(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        let items = self.stacks[stack].tree.items(node);
        if !(2..=3).contains(&items.len()) {
            return self.invalid(place, "`Fn::Cidr` takes a block, a count and the host bits");
        }
        let values: Vec<ValueId> = items.iter().map(|item| self.value(stack, *item)).collect();
        let mut texts = Vec::new();
        for value in values {
            match self.constant_text(value) {
                Some(text) => texts.push(text.to_owned()),
                None => return self.pass_unknown(value, place),
            }
        }
        let bits = texts.get(2).map_or(Some(8), |bits| bits.parse().ok());
        let blocks = match (texts[1].parse(), bits) {
            (Ok(count), Some(bits)) => cidr_blocks(&texts[0], count, bits),
            _ => None,
        };
        match blocks {
            Some(blocks) => {
                let items: Vec<ValueId> =
                    blocks.iter().map(|block| self.inventory.values.push_text(block, place)).collect();
                self.inventory.values.push_list(&items, place)
            }
            None => self.invalid(place, "`Fn::Cidr` cannot make these blocks"),
        }
    }

    /// The zones of a region. Which zones an account sees differs; the first ones by letter are what templates select.
    pub(super) fn fn_get_azs(&mut self, stack: usize, node: NodeId, place: Place) -> ValueId {
        let region = self.value(stack, node);
        let region = match self.constant_text(region) {
            Some("") => self.reference(stack, "AWS::Region", place),
            _ => region,
        };
        self.each_case(region, place, &mut |resolver, region| {
            let Some(region) = resolver.constant_text(region).map(str::to_owned) else {
                return resolver.pass_unknown(region, place);
            };
            let zones = if region == "us-east-1" { "abcdef" } else { "abc" };
            let items: Vec<ValueId> = zones
                .chars()
                .map(|zone| resolver.inventory.values.push_text(&format!("{region}{zone}"), place))
                .collect();
            resolver.inventory.values.push_list(&items, place)
        })
    }
}

/// The first `count` blocks with `host_bits` host bits inside `block`.
fn cidr_blocks(block: &str, count: u32, host_bits: u32) -> Option<Vec<String>> {
    let (address, prefix) = block.split_once('/')?;
    let prefix: u32 = prefix.parse().ok()?;
    let (width, start): (u32, u128) = match address.parse::<Ipv4Addr>() {
        Ok(v4) => (32, u128::from(u32::from(v4))),
        Err(_) => (128, u128::from(address.parse::<Ipv6Addr>().ok()?)),
    };
    let length = width.checked_sub(host_bits)?;
    if prefix > length || !(1..=BLOCKS).contains(&count) {
        return None;
    }
    if length - prefix < 32 && count > 1u32 << (length - prefix) {
        return None;
    }
    let mask = if prefix == 0 { 0 } else { u128::MAX << (width - prefix) };
    (0..count)
        .map(|index| {
            let address = (start & mask).checked_add(u128::from(index).checked_shl(host_bits)?)?;
            Some(if width == 32 {
                format!("{}/{length}", Ipv4Addr::from(u32::try_from(address).ok()?))
            } else {
                format!("{}/{length}", Ipv6Addr::from(address))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::cidr_blocks;

    #[test]
    fn cidr_counts_host_bits_not_prefix_length() {
        let blocks = cidr_blocks("10.0.0.0/16", 3, 8).unwrap();
        assert_eq!(blocks, ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]);
        assert_eq!(cidr_blocks("10.0.0.0/24", 4, 4).unwrap()[1], "10.0.0.16/28");
        assert_eq!(cidr_blocks("2001:db8::/56", 2, 64).unwrap()[1], "2001:db8:0:1::/64");
    }

    #[test]
    fn cidr_refuses_what_does_not_fit() {
        assert_eq!(cidr_blocks("10.0.0.0/24", 2, 8), None);
        assert_eq!(cidr_blocks("10.0.0.0/24", 300, 4), None);
        assert_eq!(cidr_blocks("10.0.0.0", 1, 4), None);
        assert_eq!(cidr_blocks("10.0.0.0/16", 1, 40), None);
    }
}
