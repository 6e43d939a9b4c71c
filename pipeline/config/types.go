package config

// Config is truce.yaml. Decode fills the defaults; every field below holds its final value then.
type Config struct {
	Company          string             `yaml:"company" doc:"Name of the company, for titles."`
	Timezone         string             `yaml:"timezone" doc:"IANA zone in which dates are local dates." default:"UTC"`
	Currency         string             `yaml:"currency" doc:"ISO 4217 code in which everything is reported." default:"USD"`
	FiscalYearStarts int                `yaml:"fiscal_year_starts" doc:"Month in which the fiscal year starts, 1 to 12." default:"1"`
	Paths            Paths              `yaml:"paths" doc:"Folders of the program."`
	Sources          []Source           `yaml:"sources" doc:"Where the exports are; at least one." required:"true"`
	Segments         []Segment          `yaml:"segments" doc:"Go-to-market segments in order; the first whose rule holds wins, the rest is Unassigned."`
	SegmentsAsOf     string             `yaml:"segments_as_of" doc:"Which version of a record decides its segment. now: the newest. anchor: the one that held on the day by which a metric counts it." default:"now" enum:"now,anchor"`
	Breakdowns       []string           `yaml:"breakdowns" doc:"Dimensions by which win_rate, sales_cycle, lead_quality and lead_followup are broken down besides the segment; at most eight."`
	Stages           Stages             `yaml:"stages" doc:"Which stages end a deal, where the CRM has no flags for it. Defaults to the preset's."`
	Process          []Step             `yaml:"process" doc:"The sales process that both teams share, in order."`
	Pipelines        []Pipeline         `yaml:"pipelines" doc:"Pipelines whose deals follow a process of their own; stages and process hold for all other deals."`
	LeadProcess      LeadProcess        `yaml:"lead_process" doc:"Lead statuses that mean a step of the funnel."`
	LeadSLA          LeadSLA            `yaml:"lead_sla" doc:"How soon leads must be answered; lead_followup measures it."`
	Activities       map[string]Strings `yaml:"activities" doc:"Steps of the process that each campaign type or kind of activity is meant for; activity_alignment looks at them."`
	Sourcing         Sourcing           `yaml:"sourcing" doc:"Lead sources by the team that finds such deals. Of other deals a campaign means marketing, else the function of the owner who created the deal counts; the rest is unknown."`
	NoDecision       []string           `yaml:"no_decision_reasons" doc:"Loss reasons that mean that the customer did not decide."`
	NewBusiness      string             `yaml:"new_business" doc:"Rule for deals that can win a new customer; empty means every deal."`
	Exclude          Exclude            `yaml:"exclude" doc:"Rules for records that are counted as excluded."`
	CohortDays       int                `yaml:"cohort_days" doc:"Days after which a cohort is judged." default:"180"`
	Costs            Costs              `yaml:"costs" doc:"How the cost ledger is read."`
	Programs         []Program          `yaml:"programs" doc:"What the company did to sell better, so that program_impact says what came of it."`
	Targets          []Target           `yaml:"targets" doc:"What marketing and sales promised for a quarter; scorecard says what came of it."`
	ExchangeRates    []ExchangeRate     `yaml:"exchange_rates" doc:"Rates of other currencies to the reporting one."`
	Checks           Checks             `yaml:"checks" doc:"Limits of the checks."`
	Jobs             map[string]Job     `yaml:"jobs" doc:"What truce schedule runs, by name."`
	PersonKey        string             `yaml:"person_key" doc:"Where the secret is with which e-mail addresses become keys: env:NAME or file:PATH."`
	Models           string             `yaml:"models" doc:"Folder of your own SQL models; the folder models beside this file, if there is one."`
	Reports          Reports            `yaml:"reports" doc:"What is published."`
	Engine           Engine             `yaml:"engine" doc:"Limits of the database engine."`

	// Path is the file that the configuration was read from; relative paths are relative to its folder.
	Path string `yaml:"-"`

	layout *layout
}

// Paths are the folders of the program, absolute after decoding.
type Paths struct {
	State string `yaml:"state" doc:"Local folder for the landing, the history, the lock and work files." default:"./var"`
	Drop  string `yaml:"drop" doc:"Shared folder on which the reports land." default:"./drop"`
}

// Source is one folder of exports of one system.
type Source struct {
	Name            string             `yaml:"name" doc:"Name of the source, unique." required:"true"`
	Preset          string             `yaml:"preset" doc:"What wrote the files." default:"generic" enum:"generic,salesforce,salesforce-report,hubspot,dynamics,pipedrive,zoho,fivetran-salesforce,fivetran-hubspot,airbyte-salesforce,airbyte-hubspot"`
	Path            string             `yaml:"path" doc:"Folder of the exports, or one zip file." required:"true"`
	Mode            string             `yaml:"mode" doc:"delta: files add to each other. snapshot: each export is complete, what is missing was deleted." default:"delta" enum:"delta,snapshot"`
	OutcomeDateFrom string             `yaml:"outcome_date_from" doc:"Where the outcome date of a deal comes from." default:"history" enum:"history,close_date"`
	Extracts        map[string]Extract `yaml:"extracts" doc:"Settings by entity; with the preset generic, the entities that the source has." keys:"entity"`
}

// Extract says how the files of one entity are read. An empty setting is the preset's, or is
// detected.
type Extract struct {
	Files      Strings              `yaml:"files" doc:"Patterns of file names below the source's path."`
	Mode       string               `yaml:"mode" doc:"As the source's mode, for this entity." enum:"delta,snapshot"`
	Columns    map[string]Strings   `yaml:"columns" doc:"Header of the file by field of the contract; of several the first cell of a record that says something."`
	Attributes map[string]Attribute `yaml:"attributes" doc:"Further columns to load, by the name they get."`
	Currency   string               `yaml:"currency" doc:"Currency of the amounts, where no column says it."`
	Timezone   string               `yaml:"timezone" doc:"IANA zone of times without a zone."`
	DateOrder  string               `yaml:"date_order" doc:"Order of day, month and year." enum:"ymd,dmy,mdy"`
	Decimal    string               `yaml:"decimal" doc:"Decimal separator of numbers." enum:"point,comma"`
	Delimiter  string               `yaml:"delimiter" doc:"Delimiter of the columns." enum:"comma,semicolon,tab,pipe"`
	Encoding   string               `yaml:"encoding" doc:"Encoding of the text." enum:"utf-8,utf-16le,utf-16be,cp1252,latin1"`
	Nulls      []string             `yaml:"nulls" doc:"Words that mean nothing, besides the preset's."`
	Sheet      string               `yaml:"sheet" doc:"Sheet of a workbook; the first one if empty."`
	Constants  map[string]string    `yaml:"constants" doc:"Value by field of the contract that no column says."`
	Values     map[string]Words     `yaml:"values" doc:"By field or attribute: words of the file that are read as others."`
	FoldCase   []string             `yaml:"fold_case" doc:"Text fields and attributes that are read in lower case."`
	Only       map[string]Strings   `yaml:"only" doc:"By header: only records with one of these words there are read."`
	Unpivot    Unpivot              `yaml:"unpivot" doc:"Columns that are rows, such as one date column for each stage."`
	Split      Split                `yaml:"split" doc:"A field whose cells are lists: one row for each part."`
	Serials    bool                 `yaml:"excel_serials" doc:"Numbers in date columns are days as Excel counts them." default:"false"`
	Replace    string               `yaml:"replace" doc:"For cost: the newest file that holds a month replaces it." enum:"month"`
}

// Words says which words are read as which others.
type Words map[string]string

// Unpivot turns each of several columns of a file into a row of its own.
type Unpivot struct {
	Headers Strings `yaml:"headers" doc:"Regular expressions for whole headers; the first group is the name."`
	Name    string  `yaml:"name" doc:"Field that gets the name."`
	Value   string  `yaml:"value" doc:"Field that gets the cell; an empty one gives no row."`
}

// Split reads the cells of a field as lists, each part of which becomes a row of its own.
type Split struct {
	Field     string `yaml:"field" doc:"Text field whose cells are lists."`
	Separator string `yaml:"separator" doc:"What stands between the parts, a semicolon if empty; blanks around them do not matter."`
}

// Attribute is a further column.
type Attribute struct {
	From string `yaml:"from" doc:"Header in the file; the attribute's name if empty."`
	Type string `yaml:"type" doc:"Type of the values." default:"text" enum:"text,integer,decimal,rate,boolean,date,timestamp"`
}

// Stages lists the stages that end a deal.
type Stages struct {
	Won  []string `yaml:"won" doc:"Stages in which a deal is won."`
	Lost []string `yaml:"lost" doc:"Stages in which a deal is lost."`
}

// Step is one step of the sales process.
type Step struct {
	Step   string   `yaml:"step" doc:"Name of the step, unique." required:"true"`
	Stages []string `yaml:"stages" doc:"Stages of the CRM that belong to the step; the step's name if empty."`
}

// LeadProcess maps lead statuses to steps of the funnel.
type LeadProcess struct {
	MQL      []string `yaml:"mql" doc:"Statuses of a marketing qualified lead."`
	Accepted []string `yaml:"accepted" doc:"Statuses of a lead that sales accepted."`
	Rejected []string `yaml:"rejected" doc:"Statuses of a lead that sales rejected."`
	Recycled []string `yaml:"recycled" doc:"Statuses of a lead that went back to marketing."`
}

// Sourcing lists the lead sources of each origin.
type Sourcing struct {
	Marketing []string `yaml:"marketing" doc:"Lead sources of marketing."`
	Sales     []string `yaml:"sales" doc:"Lead sources of sales, such as cold calls."`
	Partner   []string `yaml:"partner" doc:"Lead sources of partners."`
}

// Exclude holds the rules for records that are not counted.
type Exclude struct {
	Opportunity string `yaml:"opportunity" doc:"Rule for deals that are excluded."`
	Lead        string `yaml:"lead" doc:"Rule for leads that are excluded."`
}

// Costs says how the ledger is read.
type Costs struct {
	Categories      CostCategories `yaml:"categories" doc:"Categories of the ledger by bucket; the rest is other."`
	Driver          string         `yaml:"driver" doc:"How a cost without a segment is shared." default:"opportunity_days" enum:"opportunity_days,headcount,leads,even"`
	MarketEntryWins int            `yaml:"market_entry_wins" doc:"Number of wins by which a market counts as entered; market_entry says what they cost." default:"5"`
}

// CostCategories lists the ledger's categories of each bucket.
type CostCategories struct {
	Marketing []string `yaml:"marketing" doc:"Categories of marketing cost."`
	Sales     []string `yaml:"sales" doc:"Categories of sales cost."`
}

// ExchangeRate is the rate of a currency from a day on.
type ExchangeRate struct {
	Currency  string `yaml:"currency" doc:"ISO 4217 code." required:"true"`
	ValidFrom string `yaml:"valid_from" doc:"First day, YYYY-MM-DD." required:"true"`
	Rate      string `yaml:"rate" doc:"Units of the currency for one unit of the reporting currency." number:"true" required:"true"`
}

// Checks holds the limits of the checks.
type Checks struct {
	Quarantine  QuarantineLimit   `yaml:"quarantine" doc:"How much may be refused; both limits must be exceeded to block."`
	Freshness   map[string]string `yaml:"freshness" doc:"Greatest age of the newest file, by entity, such as 26h." keys:"entity"`
	Restatement RestatementLimit  `yaml:"restatement" doc:"How far the wins of a closed month may move from one published run to the next without a warning."`
}

// QuarantineLimit is exceeded when both the rate and the rows are.
type QuarantineLimit struct {
	Rate float64 `yaml:"rate" doc:"Share of the rows of a file." default:"0.005"`
	Rows int64   `yaml:"rows" doc:"Number of rows of a file." default:"20"`
}

// RestatementLimit is exceeded when the number or the value of a month's wins moves by more.
type RestatementLimit struct {
	Rate float64 `yaml:"rate" doc:"Share of what the earlier run published." default:"0.05"`
}

// Job is something that runs by the clock.
type Job struct {
	Cron     string `yaml:"cron" doc:"Five cron fields: minute, hour, day, month, weekday." required:"true"`
	Timezone string `yaml:"timezone" doc:"IANA zone of the cron fields; the company's if empty."`
	CatchUp  string `yaml:"catch_up" doc:"What happens to missed slots." default:"latest" enum:"latest,skip,all"`
	Jitter   string `yaml:"jitter" doc:"Spread starts over this duration, by the job's name." default:"0s"`
	Timeout  string `yaml:"timeout" doc:"Greatest duration of one run." default:"6h"`
}

// Reports says what is published.
type Reports struct {
	Duckdb      bool `yaml:"duckdb" doc:"Publish truce.duckdb with the report tables." default:"true"`
	DuckdbMarts bool `yaml:"duckdb_marts" doc:"Put the record-level marts into truce.duckdb too." default:"false"`
	KeepDays    int  `yaml:"keep_days" doc:"Days after which published runs are removed; 0 keeps all." default:"400"`
	Owners      bool `yaml:"owners" doc:"Give each owner rows of its own in quota_attainment; by default only teams have some." default:"false"`
	Weeks       bool `yaml:"weeks" doc:"Give the reports rows for ISO weeks besides months, quarters and years." default:"false"`
}

// Engine holds the limits of the database engine.
type Engine struct {
	MemoryLimit string `yaml:"memory_limit" doc:"Memory limit of the database." default:"1GB"`
	Threads     int    `yaml:"threads" doc:"Threads; 0 means one per core." default:"0"`
}

// Strings is a list that may be written as a single string.
type Strings []string
