//! Writing JSON straight into bytes.

/// Appends `text` as a JSON string, quotes included.
pub(crate) fn write_string(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(b'"');
    write_escaped(bytes, text);
    bytes.push(b'"');
}

/// Appends `text` escaped as inside a JSON string, without quotes.
pub(crate) fn write_escaped(bytes: &mut Vec<u8>, text: &str) {
    let source = text.as_bytes();
    let mut written = 0;
    for (position, &byte) in source.iter().enumerate() {
        if ESCAPES[byte as usize] == 0 {
            continue;
        }
        bytes.extend_from_slice(&source[written..position]);
        written = position + 1;
        match ESCAPES[byte as usize] {
            b'u' => {
                bytes.extend_from_slice(b"\\u00");
                bytes.push(HEX[usize::from(byte >> 4)]);
                bytes.push(HEX[usize::from(byte & 15)]);
            }
            letter => bytes.extend_from_slice(&[b'\\', letter]),
        }
    }
    bytes.extend_from_slice(&source[written..]);
}

pub(crate) fn write_integer(bytes: &mut Vec<u8>, value: i64) {
    bytes.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a finite number; what is not finite becomes `null`, the only thing JSON has for it.
pub(crate) fn write_number(bytes: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        bytes.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    } else {
        bytes.extend_from_slice(b"null");
    }
}

pub(crate) const HEX: &[u8; 16] = b"0123456789abcdef";

/// For each byte what follows the backslash, `u` for a code, 0 where the byte stands for itself.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut control = 0;
    while control < 0x20 {
        table[control] = b'u';
        control += 1;
    }
    table[8] = b'b';
    table[9] = b't';
    table[10] = b'n';
    table[12] = b'f';
    table[13] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_read_back_as_they_were() {
        let every_control: String = (0..0x20u8).map(char::from).collect();
        for text in
            ["", "plain", "quote \" slash \\ tab \t", "ünïcödé 日本 🦀", every_control.as_str(), "\u{7f}\u{2028}"]
        {
            let mut bytes = Vec::new();
            write_string(&mut bytes, text);
            assert_eq!(serde_json::from_slice::<String>(&bytes).unwrap(), text);
        }
    }

    #[test]
    fn numbers_read_back_as_they_were() {
        for number in [0.0, -0.0, 1.0, 0.1, 1e300, -1e-300, f64::MAX, f64::MIN_POSITIVE, 9_007_199_254_740_993.0] {
            let mut bytes = Vec::new();
            write_number(&mut bytes, number);
            assert_eq!(serde_json::from_slice::<f64>(&bytes).unwrap().to_bits(), number.to_bits());
        }
        for not_finite in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut bytes = Vec::new();
            write_number(&mut bytes, not_finite);
            assert_eq!(bytes, b"null");
        }
    }
}
