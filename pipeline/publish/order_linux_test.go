package publish

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// syncOrder finds what is wrong with the order of writes, syncs and renames in a trace.
func syncOrder(calls []call) []string {
	var wrong []string
	staged := "DROP/.staging/" + FolderName(slotOf(day2))
	at := func(name, text string) int {
		return slices.IndexFunc(calls, func(c call) bool { return c.name == name && strings.Contains(c.text, text) })
	}
	after := func(from int, name, text string) int {
		if i := slices.IndexFunc(calls[from+1:], func(c call) bool { return c.name == name && strings.Contains(c.text, text) }); i >= 0 {
			return from + 1 + i
		}
		return -1
	}
	order := func(what string, steps ...int) {
		if slices.Contains(steps, -1) || !slices.IsSorted(steps) {
			wrong = append(wrong, what)
		}
	}
	manifest := at("openat", staged+`/manifest.json", O_WRONLY`)
	for name := range reports(day2) {
		order(name+" reaches the disk before the manifest exists", at("write", staged+"/"+name+">"), at("fsync", staged+"/"+name+">"), manifest)
	}
	manifestSync := at("fsync", staged+"/manifest.json>")
	visible := at("renameat2", staged+`", `)
	order("the manifest, then the folder, then the rename", at("write", staged+"/manifest.json>"), manifestSync, after(manifestSync, "fsync", staged+">"), visible)
	pointer := at("renameat", "DROP/latest.json")
	order("the run's name before the pointer", visible, after(visible, "fsync", "DROP/runs>"), pointer)
	order("the pointer's text before its name", at("write", "latest.json.tmp>"), at("fsync", "latest.json.tmp>"), pointer)
	last := after(pointer, "fsync", "DROP>")
	order("the pointer's name, then the read-back", pointer, last, after(last, "read", "DROP/latest.json>"))
	for _, name := range []string{manifestFile, "win_rate.csv", "sales_cycle.csv", "truce.html"} {
		order(name+" is read back", last, after(last, "read", "DROP/runs/"+run2+"/"+name+">"))
	}
	return wrong
}

func TestSyncOrder(t *testing.T) {
	t.Parallel()
	calls := reference(t)
	require.Empty(t, syncOrder(calls))
	checked := 0
	for i, c := range calls {
		first := c.name == "fsync" && strings.Contains(c.text, "T0230>)") && !strings.Contains(fmt.Sprint(calls[:i]), "manifest.json\", O_WRONLY")
		if c.name == "fsync" && !first { // the first one of the folder only finds out whether it works
			require.NotEmpty(t, syncOrder(slices.Delete(slices.Clone(calls), i, i+1)), "leaving out fsync(%s is seen", c.text)
			checked++
		}
	}
	require.Equal(t, 8, checked)
}
