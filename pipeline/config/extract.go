package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"truce/pipeline/config/nearest"
	"truce/pipeline/entity"
)

// reading checks how the cells and records of an extract are changed while they are read.
func (v *validator) reading(key string, contract *entity.Entity, extract Extract) {
	known := fieldsOf(contract)
	for name := range extract.Attributes {
		known = append(known, name)
	}
	for field := range extract.Constants {
		place := key + ".constants." + field
		if !v.knownField(place, field, contract, known) {
			continue
		}
		if _, mapped := extract.Columns[field]; mapped {
			v.fail(place, fmt.Sprintf("%s is mapped under columns too", field), "keep one of the two")
		}
	}
	for field, words := range extract.Values {
		place := key + ".values." + field
		if v.knownField(place, field, contract, known) && len(words) == 0 {
			v.fail(place, "no word is listed", "write the word of the file and what it is read as")
		}
	}
	for i, field := range extract.FoldCase {
		v.folded(fmt.Sprintf("%s.fold_case[%d]", key, i), field, contract, extract, known)
	}
	for header, words := range extract.Only {
		place := key + ".only." + header
		switch {
		case strings.TrimSpace(header) == "":
			v.failKey(place, "the column's header is blank", "write it as it stands in the file")
		case len(words) == 0:
			v.fail(place, "no word is listed", "write the words of the records that are read")
		}
	}
	v.unpivot(key+".unpivot", contract, extract, known)
	v.split(key+".split", contract, extract, known)
}

// knownField refuses a key that names no field and no attribute, and tells whether it does.
func (v *validator) knownField(key, field string, contract *entity.Entity, known []string) bool {
	if slices.Contains(known, field) {
		return true
	}
	v.failKey(key, fmt.Sprintf("%s has no field or attribute %q", contract.Name, field), nearest.Hint(field, known))
	return false
}

// folded refuses what cannot be read in lower case.
func (v *validator) folded(key, field string, contract *entity.Entity, extract Extract, known []string) {
	kind := typeOf(field, contract, extract)
	switch {
	case !slices.Contains(known, field):
		v.fail(key, fmt.Sprintf("%s has no field or attribute %q", contract.Name, field), nearest.Hint(field, known))
	case kind != entity.Text.String():
		v.fail(key, fmt.Sprintf("%s is %s, and only text has upper and lower case", field, kind), "remove it")
	}
}

// typeOf names the type of a field or attribute; "" if there is none of that name.
func typeOf(field string, contract *entity.Entity, extract Extract) string {
	if f, ok := contract.Field(field); ok {
		return f.Type.String()
	}
	return extract.Attributes[field].Type
}

// split checks which cells are lists.
func (v *validator) split(key string, contract *entity.Entity, extract Extract, known []string) {
	field := extract.Split.Field
	switch {
	case extract.Split == Split{}:
	case field == "":
		v.fail(key+".field", "the field is missing", "name the field whose cells are lists")
	case !slices.Contains(known, field):
		v.fail(key+".field", fmt.Sprintf("%s has no field or attribute %q", contract.Name, field), nearest.Hint(field, known))
	case typeOf(field, contract, extract) != entity.Text.String():
		v.fail(key+".field", fmt.Sprintf("%s is %s, and only text can be a list", field, typeOf(field, contract, extract)), "remove it")
	case len(extract.Columns[field]) > 1:
		v.fail(key+".field", fmt.Sprintf("%s is read from several columns", field), "map one column to it")
	case len(extract.Unpivot.Headers) > 0:
		v.fail(key, "unpivot makes rows already", "keep one of the two")
	case extract.Split.Separator != "" && strings.TrimSpace(extract.Split.Separator) == "":
		v.fail(key+".separator", "the separator is blank", "write what stands between the parts, such as ;")
	}
}

// unpivot checks which columns become rows: all three keys or none.
func (v *validator) unpivot(key string, contract *entity.Entity, extract Extract, known []string) {
	u := extract.Unpivot
	if len(u.Headers) == 0 && u.Name == "" && u.Value == "" {
		return
	}
	if len(u.Headers) == 0 {
		v.fail(key+".headers", "no header is listed", `write a regular expression for the headers, such as 'Date entered "(.+)"'`)
	}
	for i, text := range u.Headers {
		v.expression(fmt.Sprintf("%s.headers[%d]", key, i), text)
	}
	for _, part := range []struct{ key, field, what string }{
		{key + ".name", u.Name, "the field that gets the name in the header"},
		{key + ".value", u.Value, "the field that gets the cell"},
	} {
		_, mapped := extract.Columns[part.field]
		switch {
		case part.field == "":
			v.fail(part.key, "the field is missing", "name "+part.what)
		case !slices.Contains(known, part.field):
			v.fail(part.key, fmt.Sprintf("%s has no field or attribute %q", contract.Name, part.field), nearest.Hint(part.field, known))
		case mapped:
			v.fail(part.key, fmt.Sprintf("%s is mapped under columns too", part.field), "keep one of the two")
		}
	}
	if u.Name != "" && u.Name == u.Value {
		v.fail(key+".value", "name and value are the same field", "name two fields")
	}
}

// expression checks a regular expression that takes a name out of a header.
func (v *validator) expression(key, text string) {
	e, err := regexp.Compile(text)
	switch {
	case err != nil:
		v.fail(key, fmt.Sprintf("%q is no regular expression", text), "write ( ) [ ] . * + ? and \\ with a backslash in front where they mean themselves")
	case e.NumSubexp() == 0:
		v.fail(key, fmt.Sprintf("%q has no group", text), "put the part of the header that is the name in ( )")
	}
}

// secret checks where a secret is; what it is must not be written down.
func (v *validator) secret(key, text string) {
	kind, rest, _ := strings.Cut(text, ":")
	switch {
	case text == "":
	case kind != "env" && kind != "file":
		v.fail(key, "it must say where the secret is, not what it is", "write env:NAME or file:PATH")
	case strings.TrimSpace(rest) == "":
		v.fail(key, "the name after "+kind+": is missing", "write env:NAME or file:PATH")
	}
}
