//! Code that builds an event, written against one plan and compiled against another.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::code::{Code, New};
use super::plan::ADDED;

/// What the caller decides for a property.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given {
    /// Which of the expressions that fit.
    pub(super) choice: usize,
    /// Whether an optional property is set.
    pub(super) is_set: bool,
}

impl Arbitrary for Given {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        any::<(usize, bool)>().prop_map(|(choice, is_set)| Self { choice, is_set }).boxed()
    }
}

/// `Event::new(..).with_x(..).with_extra("y", ..)`
#[derive(Debug)]
pub(super) struct Caller {
    new: Arguments,
    setters: Vec<(String, Option<Argument>)>,
    /// Names, which are values too.
    extra: Vec<String>,
}

#[derive(Debug)]
enum Arguments {
    Positional(Vec<Argument>),
    Literal(BTreeMap<String, Argument>),
}

/// An expression, and the value it has: different in each place, but where it says nothing.
#[derive(Debug, Clone, PartialEq)]
struct Argument {
    expression: Expression,
    value: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Expression {
    /// `"text"`
    Text,
    /// `"text".into()`
    TextInto,
    /// `17`
    Integer,
    /// `1.5`
    Number,
    /// `true`
    Boolean,
    /// `small.into()` of an `i32`, and `small as _`.
    Small,
    /// A value of exactly this type.
    Exact(String),
    /// `value.into()` of a value of this type.
    Into(String),
    /// `vec![small.into()]`
    Smalls,
    /// `BTreeMap::from([("key".into(), small.into())])`
    SmallEntries,
    None,
    Some(Box<Expression>),
    /// `Default::default()`
    Default,
}

impl Expression {
    /// Whether rustc takes it where `ty` is asked for.
    fn fits(&self, ty: &str) -> bool {
        let option = ty.strip_prefix("Option<").and_then(|inner| inner.strip_suffix('>'));
        match self {
            Self::Text => ty == "impl Into<Cow<'a,str>>",
            Self::TextInto => ty == "Cow<'a,str>",
            Self::Integer => ty == "i64",
            Self::Number => ty == "f64",
            Self::Boolean => ty == "bool",
            Self::Small => matches!(ty, "i64" | "f64"),
            Self::Exact(own) => ty == own || ty == "impl Into<Cow<'a,str>>" && own == "Cow<'a,str>",
            Self::Into(own) => ty == own || option == Some(own) || own == "Part" && ty == "Whole",
            Self::Smalls => matches!(ty, "Vec<i64>" | "Vec<f64>"),
            Self::SmallEntries => matches!(ty, "BTreeMap<Cow<'a,str>,i64>" | "BTreeMap<Cow<'a,str>,f64>"),
            Self::None => option.is_some(),
            Self::Some(inner) => option.is_some_and(|ty| inner.fits(ty)),
            Self::Default => !ty.starts_with("impl") && !matches!(ty, "Timestamp" | "Json<'a>" | "Whole" | "Part"),
        }
    }

    /// Every way to write a value of that type.
    fn all(ty: &str) -> Vec<Self> {
        let bare = ty.strip_prefix("impl Into<").and_then(|inner| inner.strip_suffix('>')).unwrap_or(ty).to_owned();
        let inner = ty.strip_prefix("Option<").and_then(|inner| inner.strip_suffix('>'));
        let some = inner.into_iter().flat_map(Self::all).map(|inner| Self::Some(Box::new(inner)));
        let into_inner = inner.map(|inner| Self::Into(inner.to_owned()));
        let plain = [
            Self::Text,
            Self::TextInto,
            Self::Integer,
            Self::Number,
            Self::Boolean,
            Self::Small,
            Self::Smalls,
            Self::SmallEntries,
            Self::None,
            Self::Default,
            Self::Exact(bare.clone()),
            Self::Into(bare),
            Self::Into("Part".to_owned()),
        ];
        plain.into_iter().chain(into_inner).chain(some).filter(|expression| expression.fits(ty)).collect()
    }

    /// The value where it says nothing: then it is the type's own, or null.
    fn says_nothing(&self, ty: &str) -> Option<String> {
        match self {
            Self::None => Some("null".to_owned()),
            Self::Default => Some(format!("default of {ty}")),
            Self::Some(inner) => {
                let inner_ty = ty.strip_prefix("Option<").and_then(|inner| inner.strip_suffix('>'));
                inner.says_nothing(inner_ty.unwrap_or(ty))
            }
            _ => None,
        }
    }
}

impl Argument {
    fn write(ty: &str, given: Given, index: usize) -> Self {
        let all = Expression::all(ty);
        let expression = all[given.choice % all.len()].clone();
        Self { expression, value: format!("\"value {index}\"") }
    }

    /// The value that arrives in a parameter of that type; `None` where it does not compile.
    fn arrives(&self, ty: &str) -> Option<String> {
        let fits = self.expression.fits(ty);
        fits.then(|| self.expression.says_nothing(ty).unwrap_or_else(|| self.value.clone()))
    }
}

impl Caller {
    /// Code that compiles with this event.
    pub(super) fn write(code: &Code, given: &[Given]) -> Self {
        let mut given = given.iter().copied().enumerate();
        let mut next = || given.next().unwrap_or((usize::MAX, Given { choice: 0, is_set: false }));
        let new = match &code.new {
            New::Positional(parameters) => {
                let arguments = parameters.iter().map(|(ty, _)| {
                    let (index, given) = next();
                    Argument::write(ty, given, index)
                });
                Arguments::Positional(arguments.collect())
            }
            New::Literal(fields) => {
                let arguments = fields.iter().map(|(name, (ty, _))| {
                    let (index, given) = next();
                    (name.clone(), Argument::write(ty, given, index))
                });
                Arguments::Literal(arguments.collect())
            }
        };
        let mut setters = Vec::new();
        for (name, (ty, _)) in &code.setters {
            let (index, given) = next();
            if given.is_set {
                setters.push((name.clone(), ty.as_ref().map(|ty| Argument::write(ty, given, index))));
            }
        }
        let is_given = |_: &&str| next().1.is_set;
        let names = ["x", "y"].into_iter().chain(ADDED).filter(is_given).map(str::to_owned);
        let extra = if code.declared.is_some() { names.collect() } else { Vec::new() };
        Self { new, setters, extra }
    }

    /// The object that is sent, by name; `None` where it does not compile.
    pub(super) fn object(&self, code: &Code) -> Option<BTreeMap<String, String>> {
        let mut fields = BTreeMap::new();
        match (&self.new, &code.new) {
            (Arguments::Positional(arguments), New::Positional(parameters)) if arguments.len() == parameters.len() => {
                for (argument, (ty, field)) in arguments.iter().zip(parameters) {
                    fields.insert(field.clone(), argument.arrives(ty)?);
                }
            }
            (Arguments::Literal(arguments), New::Literal(parameters)) if arguments.keys().eq(parameters.keys()) => {
                for (argument, (ty, field)) in arguments.values().zip(parameters.values()) {
                    fields.insert(field.clone(), argument.arrives(ty)?);
                }
            }
            _ => return None,
        }
        for (name, argument) in &self.setters {
            let (ty, field) = code.setters.get(name)?;
            let value = match (argument, ty) {
                (Some(argument), Some(ty)) => argument.arrives(ty)?,
                (None, None) => "null".to_owned(),
                _ => return None,
            };
            fields.insert(field.clone(), value);
        }
        let lines = code.lines.iter().filter_map(|line| {
            let value = match &line.value {
                Ok(field) => fields.get(field)?.clone(),
                Err(constant) => constant.clone(),
            };
            Some((line.name.clone(), value))
        });
        let mut object: BTreeMap<_, _> = lines.collect();
        match &code.declared {
            None if !self.extra.is_empty() => return None,
            // Under the name of a property that the plan has now it is left out, and told: nothing moves.
            declared => object.extend(self.given_besides(declared.as_deref().unwrap_or_default())),
        }
        Some(object)
    }

    /// What it gives besides under names that are not declared.
    fn given_besides(&self, declared: &[String]) -> impl Iterator<Item = (String, String)> {
        let free = self.extra.iter().filter(|name| !declared.contains(name));
        free.map(|name| (name.clone(), format!("besides {name}")))
    }

    /// The object without what it gives besides under names that the other plan declares.
    pub(super) fn without_declared(
        &self,
        mut object: BTreeMap<String, String>,
        other: &Code,
    ) -> BTreeMap<String, String> {
        let declared = other.declared.as_deref().unwrap_or_default();
        self.extra.iter().filter(|name| declared.contains(name)).for_each(|name| {
            object.remove(name);
        });
        object
    }
}
