use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::constructor::{Constructor, constructor};
use super::conversion;
use super::destination;
use super::docs::Docs;
use super::extra::extra;
use super::field::fields;
use super::once::Once;
use super::scope::{Scope, Std, ident};
use super::setter::setters;
use super::shared::{Lines, Part};
use super::value;
use crate::ir::{Event, PersonWrite, Property};

/// The struct of an event, how it is built, and how it is written.
pub(super) fn event<'p>(scope: &Scope<'p>, event: &'p Event) -> TokenStream {
    for name in ["Event", "EventSchema", "PropertyWriter"] {
        scope.uses_runtime(name);
    }
    scope.uses_std(Std::Fmt);
    let Event { name, meta, properties, open, .. } = event;
    let (ident, wire) = (ident(&name.ident), &name.wire);
    let docs = Once::from(Docs::event(event).tokens());
    let must_use = scope.lines("must_use", &|| quote!(#[must_use = "an event is sent only when it is captured"]));
    let fields = fields(scope, None, properties);
    let (declared, elided) = lifetimes(*open || scope.any_borrows(properties));
    let declarations =
        fields.iter().map(|field| scope.lines_of(field.property, Part::Declaration, &|| field.declaration(scope)));
    let Constructor { new, required, default } =
        constructor(scope, &ident, properties, &fields, *open, meta.deprecated.as_ref());
    let optional = fields.iter().filter(|field| !field.presence().is_required());
    let setters = optional.map(|field| scope.lines_of(field.property, Part::Setter, &|| setters(scope, field)));
    let schema = schema(scope, event);
    let extra = extra(scope, event);
    let (extra_declaration, extra_setter) =
        (extra.as_ref().map(|extra| &extra.declaration), extra.as_ref().map(|extra| &extra.setter));
    let mut writes =
        value::written(properties, |property| scope.lines_of(property, Part::Write, &|| write(scope, property)));
    writes.extend(extra.as_ref().map(|extra| extra.write.clone().into()));
    writes.extend(conversion::lines(event));
    let write = Once::from(write_method(&writes));
    let debug = Once::from(debug(scope, &ident, elided.as_ref(), "debug"));
    quote! {
        #docs
        #must_use
        pub struct #ident #declared {
            #(#declarations)*
            #extra_declaration
        }

        #required

        impl #declared #ident #declared {
            pub const NAME: &'static str = #wire;

            #new

            #(#setters)*

            #extra_setter
        }

        #default

        impl Event for #ident #elided {
            #schema

            #write
        }

        #debug
    }
}

/// `<'a>` and `<'_>`, where there is a lifetime.
pub(super) fn lifetimes(is_borrowing: bool) -> (Option<TokenStream>, Option<TokenStream>) {
    (is_borrowing.then(|| quote!(<'a>)), is_borrowing.then(|| quote!(<'_>)))
}

/// `fn schema`, which is the same for each event of which the plan says nothing more than its name.
fn schema(scope: &Scope<'_>, event: &Event) -> Lines {
    let schema = |calls: Option<TokenStream>| {
        quote! {
            fn schema(&self) -> &'static EventSchema {
                const { &EventSchema::new(Self::NAME, super::PLAN) #calls }
            }
        }
    };
    match destination::schema(scope, event) {
        Some(calls) => schema(Some(calls)).into(),
        None => scope.lines("schema", &|| schema(None)),
    }
}

/// `properties.internal("channel", &self.channel);`, and once more where it sets the person's too.
fn write(scope: &Scope<'_>, property: &Property) -> TokenStream {
    let wire = &property.name.wire;
    let method = value::method(property);
    let value = value::value(scope, property);
    let Some(person) = property.person else {
        let (method, value) = (Once::from(method), Once::from(value));
        return quote!(properties.#method(#wire, #value););
    };
    let place = place(person);
    quote! {
        properties.#method(#wire, #value);
        properties.#place().#method(#wire, #value);
    }
}

/// The writer's method for where a property of the person goes.
pub(super) fn place(write: PersonWrite) -> Ident {
    match write {
        PersonWrite::Set => ident("set"),
        PersonWrite::SetOnce => ident("set_once"),
    }
}

/// `fn write`, whose argument has another name where nothing is written.
pub(super) fn write_method(writes: &[Lines]) -> TokenStream {
    let properties = ident(if writes.is_empty() { "_properties" } else { "properties" });
    quote! {
        fn write(&self, #properties: &mut PropertyWriter<'_>) {
            #(#writes)*
        }
    }
}

/// `fn plan`, by which the runtime knows what each destination may see.
pub(super) fn plan_method() -> TokenStream {
    quote! {
        fn plan(&self) -> PlanId {
            super::PLAN
        }
    }
}

/// `Debug` through the runtime, which hides what is personal.
pub(super) fn debug(
    scope: &Scope<'_>,
    ident: &Ident,
    elided: Option<&TokenStream>,
    function: &'static str,
) -> TokenStream {
    let debug = scope.lines(function, &|| {
        let (runtime, function) = (scope.runtime(), super::scope::ident(function));
        quote! {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                #runtime::__private::#function(self, formatter)
            }
        }
    });
    quote! {
        impl fmt::Debug for #ident #elided {
            #debug
        }
    }
}
