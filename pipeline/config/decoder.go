package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"truce/pipeline/config/nearest"
	"truce/pipeline/entity"
)

const maxProblems = 1000

// layout remembers where each key of a file stands.
type layout struct {
	file   string
	keys   map[string]place // of the key itself
	values map[string]place // of what follows it
}

// placeOf gives the place of a key's value, or of the nearest key around it that is written.
func (l *layout) placeOf(key string) place {
	for key != "" {
		if at, ok := l.values[key]; ok {
			return at
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return place{1, 1}
}

// decoder fills the structs from the tree of the file.
type decoder struct {
	*layout
	problems []Problem
}

// problem adds what is wrong with a key. Nobody reads more than maxProblems at once.
func (d *decoder) problem(at place, key, message, hint string) {
	if len(d.problems) >= maxProblems {
		return
	}
	p := problemAt(at, message, hint)
	p.Key = key
	d.problems = append(d.problems, p)
}

func (d *decoder) decode(root *tree, c *Config) {
	v := reflect.ValueOf(c).Elem()
	fillDefaults(v)
	if root.kind == kindBroken {
		return
	}
	if root.kind != kindMapping {
		d.problem(root.at, "", "the file must be a mapping of keys to values, not "+root.kind.String(),
			"start with sources:")
		return
	}
	d.structure(root, v, "")
}

// value decodes one place of the file into v. tag is that of the struct field it belongs to.
func (d *decoder) value(n *tree, v reflect.Value, tag reflect.StructTag, key string) {
	d.values[key] = n.at
	if n.kind == kindBroken {
		return
	}
	if n.kind == kindNull {
		if k := v.Kind(); k == reflect.Struct || k == reflect.Slice || k == reflect.Map {
			return // a block whose lines are all comments
		}
		d.problem(n.at, key, "the key has no value", "give it one or remove the key")
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if d.is(n, kindMapping, key) {
			d.structure(n, v, key)
		}
	case reflect.Map:
		if d.is(n, kindMapping, key) {
			d.mapping(n, v, tag, key)
		}
	case reflect.Slice:
		d.list(n, v, tag, key)
	default:
		d.scalar(n, v, tag, key)
	}
}

func (d *decoder) is(n *tree, wanted kind, key string) bool {
	if n.kind == wanted {
		return true
	}
	d.problem(n.at, key, fmt.Sprintf("needs %s, not %s", wanted, described(n)), "")
	return false
}

func (d *decoder) structure(n *tree, v reflect.Value, key string) {
	names := fieldNames(v.Type())
	for _, e := range n.entries {
		path := join(key, e.name)
		i := slices.Index(names, e.name)
		if i < 0 || e.name == "" {
			d.problem(e.at, path, "unknown key", nearest.Hint(e.name, slices.DeleteFunc(slices.Clone(names),
				func(name string) bool { return name == "" })))
			continue
		}
		d.keys[path] = e.at
		d.value(e.value, v.Field(i), v.Type().Field(i).Tag, path)
	}
}

func (d *decoder) mapping(n *tree, v reflect.Value, tag reflect.StructTag, key string) {
	v.Set(reflect.MakeMap(v.Type()))
	valid := keyNames(tag)
	for _, e := range n.entries {
		path := join(key, e.name)
		d.keys[path] = e.at
		if valid != nil && !slices.Contains(valid, e.name) {
			d.problem(e.at, path, "unknown "+tag.Get("keys"), nearest.Hint(e.name, valid))
			continue
		}
		element := reflect.New(v.Type().Elem()).Elem()
		fillDefaults(element)
		d.value(e.value, element, tag, path)
		v.SetMapIndex(reflect.ValueOf(e.name), element)
	}
}

func (d *decoder) list(n *tree, v reflect.Value, tag reflect.StructTag, key string) {
	items := n.items
	if n.kind != kindList {
		if v.Type() != reflect.TypeFor[Strings]() || n.kind == kindMapping {
			d.is(n, kindList, key)
			return
		}
		items = []*tree{n}
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		element := v.Index(i)
		fillDefaults(element)
		path := key
		if n.kind == kindList {
			path = fmt.Sprintf("%s[%d]", key, i)
		}
		if item.kind == kindNull {
			d.values[path] = item.at
			d.problem(item.at, path, "the list has an empty entry", "remove it")
			continue
		}
		d.value(item, element, tag, path)
	}
}

func (d *decoder) scalar(n *tree, v reflect.Value, tag reflect.StructTag, key string) {
	switch v.Kind() {
	case reflect.String:
		d.text(n, v, tag, key)
	case reflect.Bool:
		if n.kind != kindBoolean {
			d.problem(n.at, key, "needs true or false, not "+described(n), "")
			return
		}
		v.SetBool(strings.EqualFold(n.text, "true"))
	case reflect.Int, reflect.Int64:
		number, err := strconv.ParseInt(n.text, 10, 64)
		if n.kind != kindInteger || err != nil {
			d.problem(n.at, key, "needs a whole number, not "+described(n), unquote(n))
			return
		}
		v.SetInt(number)
	case reflect.Float64:
		number, err := strconv.ParseFloat(n.text, 64)
		if n.kind != kindInteger && n.kind != kindFloat || err != nil {
			d.problem(n.at, key, "needs a number, not "+described(n), unquote(n))
			return
		}
		v.SetFloat(number)
	}
}

// text takes numbers as they are written: a stage may be called 3, and a rate loses no digit.
func (d *decoder) text(n *tree, v reflect.Value, tag reflect.StructTag, key string) {
	switch n.kind {
	case kindString, kindInteger, kindFloat:
	case kindBoolean:
		d.problem(n.at, key, "needs text, not "+described(n), "write it in quotes")
		return
	default:
		d.problem(n.at, key, "needs text, not "+described(n), "")
		return
	}
	if allowed, ok := tag.Lookup("enum"); ok {
		values := strings.Split(allowed, ",")
		optional := tag.Get("default") == "" && n.text == ""
		if !slices.Contains(values, n.text) && !optional {
			d.problem(n.at, key, fmt.Sprintf("unknown value %q", n.text), nearest.Hint(n.text, values))
			return
		}
	}
	v.SetString(n.text)
}

// fillDefaults gives every setting below v its default.
func fillDefaults(v reflect.Value) {
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		field, text := v.Field(i), v.Type().Field(i).Tag.Get("default")
		switch field.Kind() {
		case reflect.Struct:
			fillDefaults(field)
		case reflect.String:
			if text != "" {
				field.SetString(text)
			}
		case reflect.Bool:
			field.SetBool(text == "true")
		case reflect.Int, reflect.Int64:
			number, _ := strconv.ParseInt(text, 10, 64)
			field.SetInt(number)
		case reflect.Float64:
			number, _ := strconv.ParseFloat(text, 64)
			field.SetFloat(number)
		}
	}
}

// fieldNames gives the keys of a struct by field; empty where a field is no setting.
func fieldNames(t reflect.Type) []string {
	names := make([]string, t.NumField())
	for i := range names {
		if name := t.Field(i).Tag.Get("yaml"); name != "-" {
			names[i] = name
		}
	}
	return names
}

// keyNames gives the valid keys of a mapping, or nil if they are free.
func keyNames(tag reflect.StructTag) []string {
	if tag.Get("keys") != "entity" {
		return nil
	}
	names := make(map[string]bool)
	for _, e := range entity.All() {
		names[e.Name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func described(n *tree) string {
	switch n.kind {
	case kindString:
		return fmt.Sprintf("the text %q", n.text)
	case kindInteger, kindFloat, kindBoolean:
		return n.text
	default:
		return n.kind.String()
	}
}

func unquote(n *tree) string {
	if _, err := strconv.ParseInt(n.text, 10, 64); n.kind == kindString && err == nil {
		return "write it without quotes"
	}
	return ""
}

func join(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}
