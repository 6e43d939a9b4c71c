package propose

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOutcomeOfStages(t *testing.T) {
	t.Parallel()
	words, err := readDictionary()
	require.NoError(t, err)
	for want, names := range map[outcome][]string{
		outcomeWon: {
			"Won", "Closed Won", "closedwon", "Closed/Won", "Won - Renewal", "win", "7. Gewonnen", "Gagné", "Closed - Won", "Ganado",
			"Auftrag erhalten", "Contract signed", "Closed Won - Pending payment", "Deal Won",
		},
		outcomeLost: {
			"Lost", "Loss", "Closed Lost", "closedlost", "Closed - Lost to competitor", "Lost - Price", "Lost deal", "verloren", "Perdu", "Abandoned",
			"Disqualified", "Not Won", "Closed - Not Won", "Nicht gewonnen", "Non gagné", "No Decision", "Cancelled", "Lost at proposal",
			"Proposal rejected", "Verloren nach Angebot", "Qualified Out", "Lost - contact left", "Lose",
		},
		outcomeOpen: {
			"Prospecting", "Negotiation/Review", "Open", "On Hold", "Contract Sent", "Qualified", "Angebot erstellt", "Not lost", "Closed", "",
		},
		outcomeUnsure: {"Lost contact", "Almost won", "Verbal win", "Likely to be lost", "Not yet won", "Proposal to be signed"},
	} {
		for _, name := range names {
			require.Equal(t, want, words.outcomes.of(name), name)
		}
	}
}

func TestLeadSteps(t *testing.T) {
	t.Parallel()
	words, err := readDictionary()
	require.NoError(t, err)
	for name, want := range map[string]string{
		"Marketing Qualified Lead": "mql", "MQL": "mql", "Sales Accepted": "accepted", "Working - Contacted": "accepted", "Unqualified": "rejected",
		"Closed - Not Converted": "rejected", "Nurture": "recycled", "New": "", "Not accepted": "",
	} {
		require.Equal(t, want, words.outcomes.leadStep(name), name)
	}
}
