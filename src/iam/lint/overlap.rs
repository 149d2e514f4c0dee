//! Whether two patterns have a text in common.

use crate::value::OPAQUE;

/// What stands at a place of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// This byte.
    Byte(u8),
    /// Any byte.
    Any,
    /// Any byte but `:` and `/`.
    Name,
}

/// A class, once or any number of times.
type Token = (Class, bool);

/// A pattern to compare.
#[derive(Debug, Clone)]
pub(super) struct Shape(Vec<Token>);

/// Parts of ARN templates that have neither a colon nor a slash in them.
const NAMES: [&str; 10] = [
    "Partition",
    "Region",
    "Account",
    "BucketName",
    "TableName",
    "QueueName",
    "TopicName",
    "KeyId",
    "FunctionName",
    "ClusterName",
];

impl Shape {
    /// A resource as a policy names it; variables and tokens stand for any text.
    pub(super) fn of_resource(text: &str) -> Self {
        let mut tokens = Vec::new();
        for (index, part) in text.split(OPAQUE).enumerate() {
            if index % 2 == 1 {
                tokens.push((Class::Any, true));
                continue;
            }
            let mut rest = part;
            while let Some((plain, after)) = rest.split_once("${") {
                wild(plain, &mut tokens);
                let Some((_, after)) = after.split_once('}') else { break };
                tokens.push((Class::Any, true));
                rest = after;
            }
            wild(rest, &mut tokens);
        }
        Self(tokens)
    }

    /// The ARN template of a resource type: `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.
    pub(super) fn of_template(template: &str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = template;
        while let Some((plain, after)) = rest.split_once("${") {
            wild(plain, &mut tokens);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            tokens.push((if NAMES.contains(&name) { Class::Name } else { Class::Any }, true));
            rest = after;
        }
        wild(rest, &mut tokens);
        Self(tokens)
    }

    /// Whether a text fits both.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let (a, b) = (&self.0, &other.0);
        let width = b.len() + 1;
        // What can be reached row by row: a place in `a`, a place in `b`.
        let mut reached = vec![false; (a.len() + 1) * width];
        reached[0] = true;
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                if !reached[i * width + j] {
                    continue;
                }
                let (left, right) = (a.get(i), b.get(j));
                if left.is_some_and(|(_, many)| *many) {
                    reached[(i + 1) * width + j] = true;
                }
                if right.is_some_and(|(_, many)| *many) {
                    reached[i * width + j + 1] = true;
                }
                if let (Some((x, x_many)), Some((y, y_many))) = (left, right)
                    && meet(*x, *y)
                {
                    let next = (i + usize::from(!x_many)) * width + j + usize::from(!y_many);
                    reached[next] = true;
                }
            }
        }
        reached[a.len() * width + b.len()]
    }
}

fn wild(plain: &str, tokens: &mut Vec<Token>) {
    tokens.extend(plain.bytes().map(|byte| match byte {
        b'*' => (Class::Any, true),
        b'?' => (Class::Any, false),
        byte => (Class::Byte(byte), false),
    }));
}

fn meet(a: Class, b: Class) -> bool {
    match (a, b) {
        (Class::Byte(a), Class::Byte(b)) => a == b,
        (Class::Byte(byte), Class::Name) | (Class::Name, Class::Byte(byte)) => !matches!(byte, b':' | b'/'),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlap(resource: &str, template: &str) -> bool {
        Shape::of_resource(resource).overlaps(&Shape::of_template(template))
    }

    #[test]
    fn resources_fit_the_templates_of_their_type_and_no_others() {
        let (bucket, object) =
            ("arn:${Partition}:s3:::${BucketName}", "arn:${Partition}:s3:::${BucketName}/${ObjectName}");
        for (resource, is_bucket, is_object) in [
            ("arn:aws:s3:::logs", true, false),
            ("arn:aws:s3:::logs/*", false, true),
            ("arn:aws:s3:::logs*", true, true),
            ("*", true, true),
            ("arn:aws:s3:::${aws:username}", true, true),
            ("\u{1}3.Logs\u{1}/*", false, true),
            ("arn:aws:sqs:*:*:q", false, false),
            ("arn:aws:s3:::l?gs/a", false, true),
        ] {
            assert_eq!((overlap(resource, bucket), overlap(resource, object)), (is_bucket, is_object), "{resource}");
        }
    }
}
