package propose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	lineWidth = 98
	noteAt    = 38 // column of remarks behind a setting
)

// writer writes YAML by hand, so that it reads well.
type writer struct{ strings.Builder }

// setting writes a key and its value, with questions above and notes behind.
func (w *writer) setting(indent int, key, value string, remarks []remark) {
	note := ""
	for _, r := range remarks {
		if r.about == key && r.question {
			w.question(indent, r.text)
		} else if r.about == key {
			note = r.text
		}
	}
	if value != "" {
		w.noted(indent, key+": "+value, note)
	}
}

// remarks writes what there is to say about a key, above it.
func (w *writer) remarks(indent int, key string, remarks []remark) {
	for _, r := range remarks {
		if r.about == key && r.question {
			w.question(indent, r.text)
		} else if r.about == key {
			w.comment(indent, r.text)
		}
	}
}

func hasRemark(remarks []remark, key string) bool {
	return slices.ContainsFunc(remarks, func(r remark) bool { return r.about == key })
}

func (w *writer) question(indent int, text string) { w.comment(indent, "QUESTION: "+text) }

// comment writes a text over as many lines as it needs.
func (w *writer) comment(indent int, text string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && indent+2+len([]rune(line))+1+len([]rune(word)) > lineWidth {
			w.line(indent, "# "+line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	w.line(indent, "# "+line)
}

// noted writes a line with a remark behind it, aligned with those of other lines where it fits.
func (w *writer) noted(indent int, text, note string) {
	if note == "" {
		w.line(indent, text)
		return
	}
	if gap := noteAt - indent - len([]rune(text)); gap > 1 {
		text += strings.Repeat(" ", gap)
	} else {
		text += "  "
	}
	if indent+len([]rune(text))+2+len([]rune(note)) > lineWidth {
		w.comment(indent, note)
		w.line(indent, strings.TrimRight(text, " "))
		return
	}
	w.line(indent, text+"# "+note)
}

// list writes a list on one line if it fits, else one item per line.
func (w *writer) list(indent int, key string, items []string) {
	words := make([]string, len(items))
	for i, item := range items {
		words[i] = scalar(item, true)
	}
	if line := key + ": [" + strings.Join(words, ", ") + "]"; indent+len([]rune(line)) <= lineWidth {
		w.line(indent, line)
		return
	}
	w.line(indent, key+":")
	for _, item := range items {
		w.line(indent+2, "- "+scalar(item, false))
	}
}

func (w *writer) line(indent int, text string) {
	w.WriteString(strings.TrimRight(strings.Repeat(" ", indent)+text, " ") + "\n")
}

var plainScalar = regexp.MustCompile(`^(\pL|/|\.{1,2}/)[\pL\pN_./ ()+&*-]*$`)

// scalar writes a text as YAML does; flow says that it stands within brackets or braces.
func scalar(text string, flow bool) string {
	isPlain := plainScalar.MatchString(text) && strings.TrimSpace(text) == text && !strings.HasPrefix(text, "*") && !strings.HasPrefix(text, "&")
	switch strings.ToLower(text) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", ".nan", ".inf", "~":
		isPlain = false
	}
	if isPlain && (!flow || !strings.ContainsAny(text, "&*")) {
		return text
	}
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			out.WriteString(`\` + string(r))
		case r < ' ' || r == 0x7f || r == 0x85 || r == 0xa0 || r == 0xfeff || r == 0x2028 || r == 0x2029:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// counted gives a number with its noun, with commas between thousands.
func counted[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(int64(n)) + " " + noun + "s"
}

func thousands(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
