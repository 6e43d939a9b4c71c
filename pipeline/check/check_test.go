package check

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/engine"
	"truce/pipeline/model"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	outcomes := []engine.CheckResult{
		{Name: "holds", Severity: model.Block, Checked: 3},
		{Name: "broken", Severity: model.Block, Checked: 3, Failed: 1, Example: "SMB"},
		{Name: "warned", Severity: model.Warn, Checked: 3, Failed: 2},
		{Name: "erred", Severity: model.Warn, Err: errors.New("no such table")},
		{Name: "saw_nothing", Severity: model.Warn},
		{Name: "without_input", Severity: model.Block, Skipped: "needs: lead"},
		{Name: "let_pass", Severity: model.Block, Checked: 1, Failed: 1},
	}
	v, err := Decide(outcomes, map[string]string{"let_pass": "known since May"}, false)
	require.NoError(t, err)
	want := map[string]Result{
		"holds":         {"holds", Passed, "3 looked at"},
		"broken":        {"broken", Failed, "1 of 3 fail, such as SMB"},
		"warned":        {"warned", Warned, "2 of 3 fail"},
		"erred":         {"erred", Failed, "the check itself failed: no such table"},
		"saw_nothing":   {"saw_nothing", Failed, "it saw nothing to check"},
		"without_input": {"without_input", Skipped, "needs: lead"},
		"let_pass":      {"let_pass", Accepted, "1 of 1 fail; accepted: known since May"},
	}
	require.Len(t, v.Results, len(want))
	for _, r := range v.Results {
		require.Equal(t, want[r.Name], r)
	}
	require.Len(t, v.With(Failed), 3)

	v, err = Decide(outcomes, nil, true)
	require.NoError(t, err)
	require.Len(t, v.With(Failed), 5, "strict: a warning fails too")
	require.Empty(t, v.With(Warned))
}

func TestDecideRefusesToAcceptWhatIsNoCheck(t *testing.T) {
	t.Parallel()
	_, err := Decide([]engine.CheckResult{{Name: "check_a", Checked: 1}}, map[string]string{"chek_a": "typo"}, false)
	require.ErrorContains(t, err, "chek_a")
}
