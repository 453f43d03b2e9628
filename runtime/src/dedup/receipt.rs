use super::FleetMark;
use super::fingerprint::Fingerprint;

/// By which an entry is found again when the record that it was made for is lost: it stands in the record.
///
/// Its text is in hex: the fingerprints of key and value in the table of the process, and where that is shared by a
/// fleet, those in the fleet's. They say nothing of whom they are. What another process wrote finds nothing in the table
/// of this one, and the same entry in the fleet's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(super) here: Fingerprint,
    pub(super) fleet: Option<FleetMark>,
}

/// Hex digits of a receipt, and of one that names a fleet's entry too.
const SHORT: usize = 32;
const LONG: usize = SHORT + 48;

impl Receipt {
    /// Appends its text.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        let Fingerprint { key, value } = self.here;
        write_hex(bytes, &key.to_be_bytes());
        write_hex(bytes, &value.to_be_bytes());
        if let Some(FleetMark { key, value }) = self.fleet {
            write_hex(bytes, &key);
            write_hex(bytes, &value);
        }
    }

    /// Reads a text; `None` where it is not one that this version writes.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (here, fleet) = text.split_at_checked(SHORT)?;
        let (key, value) = here.split_at(SHORT / 2);
        let here = Fingerprint { key: u64::from_be_bytes(hex(key)?), value: u64::from_be_bytes(hex(value)?) };
        let fleet = match fleet.len() {
            0 => None,
            _ if text.len() == LONG => {
                let (key, value) = fleet.split_at_checked(32)?;
                Some(FleetMark { key: hex(key)?, value: hex(value)? })
            }
            _ => return None,
        };
        Some(Self { here, fleet })
    }
}

fn write_hex(bytes: &mut Vec<u8>, raw: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in raw {
        bytes.push(DIGITS[usize::from(byte >> 4)]);
        bytes.push(DIGITS[usize::from(byte & 15)]);
    }
}

fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    let digit = |at: usize| char::from(*digits.get(at)?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut raw = [0; N];
    for (place, byte) in raw.iter_mut().enumerate() {
        *byte = digit(2 * place)? << 4 | digit(2 * place + 1)?;
    }
    (digits.len() == 2 * N).then_some(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(receipt: Receipt) -> String {
        let mut bytes = Vec::new();
        receipt.write(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_receipt_reads_back_as_it_was_written() {
        let here = Fingerprint { key: 0xfe, value: u64::MAX - 1 };
        let short = Receipt { here, fleet: None };
        assert_eq!(text(short), "00000000000000fefffffffffffffffe");
        let long = Receipt { here, fleet: Some(FleetMark { key: *b"0123456789abcdef", value: *b"fedcba98" }) };
        assert_eq!(text(long).len(), LONG);
        for receipt in [short, long] {
            assert_eq!(Receipt::read(&text(receipt)), Some(receipt));
        }
    }

    #[test]
    fn nothing_else_is_a_receipt() {
        let whole = text(Receipt { here: Fingerprint { key: 1, value: 2 }, fleet: None });
        let long = text(Receipt {
            here: Fingerprint { key: 1, value: 2 },
            fleet: Some(FleetMark { key: [7; 16], value: [8; 8] }),
        });
        for length in 0..LONG {
            assert_eq!(Receipt::read(&long[..length]).is_some(), length == SHORT, "{length}");
        }
        for other in [whole.replace('2', "g"), whole.replace('2', "ü"), format!("+{}", &whole[1..]), long + "0"] {
            assert_eq!(Receipt::read(&other), None, "{other}");
        }
    }
}
