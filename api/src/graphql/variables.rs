//! Checking the variables of a request against what its operation declares (GraphQL, section 6.1.2), before anything
//! of it runs.

use async_graphql::parser::types::{BaseType, OperationDefinition, Type};
use async_graphql::registry::{MetaInputValue, MetaType, Registry};
use async_graphql::{Value, Variables};

/// The variables that the chosen operation declares, each with what the request gives for it.
pub(super) struct Declared(Vec<Variable>);

struct Variable {
    name: String,
    declared: Type,
    has_default: bool,
    given: Option<Value>,
}

impl Declared {
    pub(super) fn new(operation: &OperationDefinition, given: &Variables) -> Self {
        let variables = operation.variable_definitions.iter().map(|definition| {
            let definition = &definition.node;
            Variable {
                name: definition.name.node.to_string(),
                declared: definition.var_type.node.clone(),
                has_default: definition.default_value.is_some(),
                given: given.get(&definition.name.node).cloned(),
            }
        });
        Self(variables.collect())
    }

    /// The first variable that is missing or does not fit, in words.
    pub(super) fn check(&self, registry: &Registry) -> Result<(), String> {
        for variable in &self.0 {
            let Variable { name, declared, .. } = variable;
            let fits = match &variable.given {
                Some(value) => fits(registry, declared, value),
                None => declared.nullable || variable.has_default,
            };
            if !fits {
                let problem = if variable.given.is_some() {
                    "does not fit"
                } else {
                    "is missing, but needed for"
                };
                return Err(format!("Variable \"${name}\" {problem} its type \"{declared}\"."));
            }
        }
        Ok(())
    }
}

fn fits(registry: &Registry, declared: &Type, value: &Value) -> bool {
    if matches!(value, Value::Null) {
        return declared.nullable;
    }
    match (&declared.base, value) {
        (BaseType::List(element), Value::List(values)) => values.iter().all(|value| fits(registry, element, value)),
        (BaseType::List(element), single) => fits(registry, element, single),
        (BaseType::Named(name), value) => fits_named(registry, name, value),
    }
}

fn fits_named(registry: &Registry, name: &str, value: &Value) -> bool {
    match registry.types.get(name) {
        Some(MetaType::Scalar {
            is_valid: Some(is_valid),
            ..
        }) => is_valid(value),
        Some(MetaType::Enum { enum_values, .. }) => match value {
            Value::Enum(name) => enum_values.contains_key(name.as_str()),
            Value::String(name) => enum_values.contains_key(name.as_str()),
            _ => false,
        },
        Some(MetaType::InputObject { input_fields, .. }) => match value {
            Value::Object(given) => {
                given.keys().all(|name| input_fields.contains_key(name.as_str()))
                    && input_fields
                        .values()
                        .all(|field| field_fits(registry, field, given.get(field.name.as_str())))
            }
            _ => false,
        },
        // That a variable has no such type is for validation to say.
        _ => true,
    }
}

fn field_fits(registry: &Registry, field: &MetaInputValue, given: Option<&Value>) -> bool {
    let Some(declared) = Type::new(&field.ty) else {
        return true;
    };
    match given {
        Some(value) => fits(registry, &declared, value),
        None => declared.nullable || field.default_value.is_some(),
    }
}
