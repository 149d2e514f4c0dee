//! Parameters as command lines have them: `Key=Value` and `ParameterKey=Key,ParameterValue=Value`.
//!
//! Sources: `aws cloudformation deploy` and `create-stack` (AWS CLI), `sam deploy --parameter-overrides` (SAM CLI).

/// A parameter with its value; none: the deployed stack keeps the value that it has.
pub(super) type Pair = (String, Option<String>);

const FORM: &str = "a parameter is expected here, of the form `Key=Value`";

/// One parameter, as an item of a list that the AWS CLI takes: what follows the first `=` is the value as it stands.
pub(super) fn one(text: &str) -> Result<Pair, &'static str> {
    let Some(rest) = text.strip_prefix("ParameterKey=") else {
        return named(text.split_once('=').map(|(name, value)| (name.to_owned(), Some(value.to_owned()))));
    };
    let (name, rest) = rest.split_once(',').ok_or(FORM)?;
    let pair = match rest.split_once('=') {
        Some(("ParameterValue", value)) => Some((name.to_owned(), Some(shorthand(value)))),
        Some(("UsePreviousValue", "true")) => Some((name.to_owned(), None)),
        _ => None,
    };
    named(pair)
}

/// All parameters of a text, as the SAM CLI takes them: separated by blanks, values in quotes where they have blanks.
pub(super) fn all(text: &str) -> Result<Vec<Pair>, &'static str> {
    words(text)?
        .into_iter()
        .map(|word| {
            let pair = match word.strip_prefix("ParameterKey=") {
                Some(rest) => rest.split_once(",ParameterValue="),
                None => word.split_once('='),
            };
            named(pair.map(|(name, value)| (unquoted(name), Some(unquoted(value)))))
        })
        .collect()
}

fn named(pair: Option<Pair>) -> Result<Pair, &'static str> {
    pair.filter(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace)).ok_or(FORM)
}

/// The value of the shorthand syntax: commas are escaped or in quotes.
fn shorthand(value: &str) -> String {
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
    match quote.and_then(|quote| value[1..].strip_suffix(quote)) {
        Some(inner) => inner.to_owned(),
        None => value.replace("\\,", ","),
    }
}

/// The parts between blanks that are neither escaped nor in quotes. A single quote opens only where a value begins: it is
/// an apostrophe elsewhere.
fn words(text: &str) -> Result<Vec<&str>, &'static str> {
    let mut words = Vec::new();
    let (mut start, mut quote, mut before) = (None, None, ' ');
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (c, quote) {
            (c, None) if c.is_whitespace() => words.extend(start.take().map(|start| &text[start..at])),
            ('\\', _) => {
                start.get_or_insert(at);
                chars.next();
            }
            (c, Some(open)) if c == open => quote = None,
            (c @ '"', None) => quote = Some(c),
            (c @ '\'', None) if before == '=' => quote = Some(c),
            _ => {}
        }
        if !c.is_whitespace() {
            start.get_or_insert(at);
        }
        before = c;
    }
    if quote.is_some() {
        return Err("a quote of these parameters is not closed");
    }
    words.extend(start.map(|start| &text[start..]));
    Ok(words)
}

/// The text without the quotes around it and the backslashes before blanks and quotes.
fn unquoted(text: &str) -> String {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    let inner = quote.and_then(|quote| text[1..].strip_suffix(quote)).unwrap_or(text);
    inner.replace("\\ ", " ").replace("\\\"", "\"").replace("\\'", "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pairs: Vec<Pair>) -> Vec<String> {
        pairs.into_iter().map(|(name, value)| format!("{name}={}", value.as_deref().unwrap_or("<previous>"))).collect()
    }

    fn of_sam(text: &str) -> Vec<String> {
        shown(all(text).unwrap())
    }

    #[test]
    fn pairs_are_separated_by_blanks_and_values_may_be_in_quotes() {
        assert_eq!(of_sam("A=1 B=\"a b\"\n  C='x y' D="), ["A=1", "B=a b", "C=x y", "D="]);
        assert_eq!(of_sam(r#"A="say \"hi\"" B=two\ words C=O'Neil"#), ["A=say \"hi\"", "B=two words", "C=O'Neil"]);
        assert_eq!(of_sam("Url=a=b&c=d List=a,b"), ["Url=a=b&c=d", "List=a,b"]);
        assert_eq!(of_sam("ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue=\"x y\""), ["A=1", "B=x y"]);
        assert_eq!(of_sam("  "), Vec::<String>::new());
    }

    #[test]
    fn an_item_of_the_aws_cli_is_taken_as_it_stands() {
        let of = |text: &str| shown(vec![one(text).unwrap()]).remove(0);
        assert_eq!(of("A=x y"), "A=x y");
        assert_eq!(of("A=\"x\"=y"), "A=\"x\"=y");
        assert_eq!(of("ParameterKey=A,ParameterValue=a\\,b"), "A=a,b");
        assert_eq!(of("ParameterKey=A,ParameterValue=\"a,b\""), "A=a,b");
        assert_eq!(of("ParameterKey=A,UsePreviousValue=true"), "A=<previous>");
    }

    #[test]
    fn what_is_no_pair_is_refused() {
        for text in ["A", "=1", "A=1 nonsense", "ParameterKey=A", "ParameterKey=A,Value=1"] {
            assert_eq!(all(text).unwrap_err(), FORM, "{text}");
        }
        assert!(all("A=\"open").unwrap_err().contains("not closed"));
        for text in ["A", "=1", "a b=1", "ParameterKey=A", "ParameterKey=A,Value=1"] {
            assert_eq!(one(text).unwrap_err(), FORM, "{text}");
        }
        assert!(all("A=é\\").is_ok(), "a backslash at the end");
    }
}
