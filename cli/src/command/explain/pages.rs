//! The page of each code.

macro_rules! pages {
    ($($code:literal)*) => {
        /// The page of that code, in Markdown.
        pub(super) fn page(code: &str) -> Option<&'static str> {
            match code {
                $($code => Some(include_str!(concat!("../../../explain/", $code, ".md"))),)*
                _ => None,
            }
        }
    };
}

pages! {
    "TX0001"
    "TX0002"
    "TX0003"
    "TX0004"
    "TX0005"
    "TX0006"
    "TX0007"
    "TX0008"
    "TX0009"
    "TX0010"
    "TX0101"
    "TX0102"
    "TX0103"
    "TX0104"
    "TX0105"
    "TX0106"
    "TX0107"
    "TX0108"
    "TX0109"
    "TX0110"
    "TX0111"
    "TX0201"
    "TX0202"
    "TX0203"
    "TX0204"
    "TX0205"
    "TX0206"
    "TX0207"
    "TX0208"
    "TX0209"
    "TX0210"
    "TX0211"
    "TX0301"
    "TX0302"
    "TX0303"
    "TX0304"
    "TX0305"
    "TX0306"
    "TX0307"
    "TX0401"
    "TX0402"
    "TX0403"
    "TX0404"
    "TX0405"
    "TX0406"
    "TX0407"
    "TX0408"
    "TX0409"
    "TX0410"
    "TX0411"
    "TX0412"
    "TX0413"
    "TX0501"
    "TX0502"
    "TX0503"
    "TX0504"
    "TX0505"
    "TX0506"
    "TX0507"
    "TX0508"
    "TX0509"
    "TX0510"
    "TX0530"
    "TX0531"
    "TX0532"
    "TX0533"
    "TX0534"
    "TX0535"
}
