// Package entity holds the contracts: which fields an entity has, of which type, which of them are
// its key and which a file must carry. It is pure data and imports nothing.
//
// An extract is a file (or several) that a CRM wrote for one entity. A record is one row of it.
// An attribute is a column that the configuration adds to a contract; it has a name and a type and
// is otherwise treated like a field.
package entity
