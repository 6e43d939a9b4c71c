package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// commands gives every command that help shows, the root among them.
func commands(cmd *cobra.Command) []*cobra.Command {
	found := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		if !sub.Hidden && sub.Name() != "help" {
			found = append(found, commands(sub)...)
		}
	}
	return found
}

func TestHelpNamesExitCodesAndAnExample(t *testing.T) {
	t.Parallel()
	for _, cmd := range commands((&app{}).root()) {
		t.Run(cmd.CommandPath(), func(t *testing.T) {
			t.Parallel()
			var out, errOut bytes.Buffer
			args := append(strings.Fields(cmd.CommandPath())[1:], "--help")
			require.Zero(t, run(t.Context(), args, strings.NewReader(""), &out, &errOut))
			require.Empty(t, errOut.String())
			require.Contains(t, out.String(), "EXIT STATUS")
			require.Contains(t, out.String(), "Examples:\n  truce ")
			for line := range strings.Lines(out.String()) {
				require.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), 100, line)
			}
		})
	}
}
