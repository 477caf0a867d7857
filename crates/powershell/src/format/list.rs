//! A property to a line.

/// Writes `Name : value` with the colons below each other; a long value goes on in the next line, below itself.
pub(crate) fn list(properties: &[(&str, String)], width: usize, lines: &mut Vec<String>) {
    let label = properties.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let indent = label + 3;
    // At least a few columns for the value, however long a name is.
    let room = width.saturating_sub(indent + 1).max(10);
    for (name, value) in properties {
        let mut pieces = value.split('\n').flat_map(|line| wrapped(line.trim_end_matches('\r'), room));
        let first = pieces.next().unwrap_or_default();
        lines.push(format!("{name:label$} : {first}").trim_end().to_owned());
        lines.extend(pieces.map(|piece| format!("{:indent$}{piece}", "").trim_end().to_owned()));
    }
}

/// The text in pieces that fit.
pub(super) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    if chars.is_empty() {
        return vec![String::new()];
    }
    chars.chunks(room).map(|piece| piece.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn values_stand_below_each_other_and_long_ones_go_on() {
        let mut lines = Vec::new();
        let properties = [
            ("Identity", "sip:kenmyer@litwareinc.com".to_owned()),
            ("PinExpirationTime", String::new()),
            ("Lines", "one\ntwo".to_owned()),
        ];
        list(&properties, 40, &mut lines);
        expect![[r#"
            Identity          : sip:kenmyer@litware
                                inc.com
            PinExpirationTime :
            Lines             : one
                                two"#]]
        .assert_eq(&lines.join("\n"));
    }
}
