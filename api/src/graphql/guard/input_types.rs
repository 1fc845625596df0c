//! Whether a value has an input type of the schema (GraphQL, section 3).

use async_graphql::parser::types::{BaseType, Type};
use async_graphql::registry::{MetaInputValue, MetaType, Registry};
use async_graphql_value::ConstValue;

pub(super) fn has_type(registry: &Registry, declared: &Type, value: &ConstValue) -> bool {
    if matches!(value, ConstValue::Null) {
        return declared.nullable;
    }
    match (&declared.base, value) {
        (BaseType::List(element), ConstValue::List(values)) => {
            values.iter().all(|value| has_type(registry, element, value))
        }
        // A single value stands for a list of one.
        (BaseType::List(element), single) => has_type(registry, element, single),
        (BaseType::Named(name), value) => has_named_type(registry, name, value),
    }
}

fn has_named_type(registry: &Registry, name: &str, value: &ConstValue) -> bool {
    match registry.types.get(name) {
        Some(MetaType::Scalar {
            is_valid: Some(is_valid),
            ..
        }) => is_valid(value),
        Some(MetaType::Enum { enum_values, .. }) => match value {
            ConstValue::Enum(name) => enum_values.contains_key(name.as_str()),
            ConstValue::String(name) => enum_values.contains_key(name.as_str()),
            _ => false,
        },
        Some(MetaType::InputObject { input_fields, .. }) => match value {
            ConstValue::Object(object) => {
                object.keys().all(|name| input_fields.contains_key(name.as_str()))
                    && input_fields
                        .values()
                        .all(|field| field_has_type(registry, field, object.get(field.name.as_str())))
            }
            _ => false,
        },
        // Validation reports a variable whose type is unknown or not an input type.
        _ => true,
    }
}

fn field_has_type(registry: &Registry, field: &MetaInputValue, value: Option<&ConstValue>) -> bool {
    let Some(declared) = Type::new(&field.ty) else {
        return true;
    };
    match value {
        Some(value) => has_type(registry, &declared, value),
        None => declared.nullable || field.default_value.is_some(),
    }
}
