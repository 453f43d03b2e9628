//! Writing JSON straight into bytes.

/// Appends `text` as a JSON string, quotes included.
#[inline]
pub(crate) fn write_string(bytes: &mut Vec<u8>, text: &str) {
    bytes.reserve(text.len() + 2);
    bytes.push(b'"');
    write_escaped(bytes, text);
    bytes.push(b'"');
}

/// Appends `text` escaped as inside a JSON string, without quotes.
#[inline]
pub(crate) fn write_escaped(bytes: &mut Vec<u8>, text: &str) {
    if is_plain(text.as_bytes()) {
        bytes.extend_from_slice(text.as_bytes());
    } else {
        write_with_escapes(bytes, text.as_bytes());
    }
}

#[cold]
fn write_with_escapes(bytes: &mut Vec<u8>, source: &[u8]) {
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

/// Whether nothing has to be escaped, eight bytes at a time: most text is plain. What is left over is read
/// once more with the bytes before it.
#[inline]
fn is_plain(text: &[u8]) -> bool {
    if let Some(last) = text.last_chunk::<8>() {
        let (words, _rest) = text.as_chunks::<8>();
        words.iter().all(|word| is_plain_word(u64::from_le_bytes(*word))) && is_plain_word(u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        is_plain_word(u64::from(first) << 32 | u64::from(last))
    } else {
        text.iter().all(|&byte| ESCAPES[usize::from(byte)] == 0)
    }
}

/// The same for eight bytes: a byte below a limit borrows into its top bit when the limit is taken off.
#[inline]
const fn is_plain_word(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = ONES << 7;
    #[inline]
    const fn below(word: u64, limit: u64) -> u64 {
        word.wrapping_sub(ONES * limit) & !word
    }
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    (below(word, 0x20) | below(quote, 1) | below(backslash, 1)) & TOPS == 0
}

#[inline]
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
    fn what_must_be_escaped_is_found_at_every_place() {
        for length in 1..20 {
            for place in 0..length {
                for byte in 0..=0x7f_u8 {
                    let mut text = vec![b'~'; length];
                    text[place] = byte;
                    assert_eq!(is_plain(&text), ESCAPES[usize::from(byte)] == 0, "{text:?}");
                }
            }
        }
        assert!(is_plain("ünïcödé 日本 🦀 \u{80}\u{a0}\u{2028}".as_bytes()));
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
