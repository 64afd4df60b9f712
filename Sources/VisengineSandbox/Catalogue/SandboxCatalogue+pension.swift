extension SandboxCatalogue {
    /// What bulk orders are of when nothing is said.
    static let pension = "e767a64dec5b382cbff27b3e46f41441"

    /// "Pensione Vecchiaia", member by member as the provider's page shows it, without the doubled quotes and trailing
    /// commas that are slips of the page.
    ///
    /// The page names it by three hashes: it asks for one, is answered another, and has the published list's as an
    /// order's id. All three lead to it here; answers have the one that the page's answers have.
    static let pensionItem = SandboxItem(
        #"""
        {"hash_visura": "e767a64dec5b382cbff27b3e46f41441",
         "json_struttura": {
           "campi": {
             "$0": {"nome": "Nome", "tipo": "testo", "null": false,
                    "istruzioni": "Inserisci il nome del richiedente"},
             "$1": {"nome": "COGNOME", "tipo": "testo", "null": false, "ordine": "1",
                    "istruzioni": "Inserisci il cognome del richiedente"},
             "$2": {"nome": "Email", "tipo": "email", "null": false, "ordine": "4",
                    "istruzioni": "Inserire l'indirizzo email del richiedente"},
             "$3": {"nome": "CELLULARE", "tipo": "testo", "null": false, "ordine": "3",
                    "istruzioni": "Inserisci il numero di telefono del richiedente"},
             "$4": {"nome": "CODICE FISCALE", "tipo": "codice_fiscale_persona_fisica", "null": false, "ordine": "2",
                    "istruzioni": "Inserire il codice fiscale del richiedente"},
             "$5": {"nome": "COPIA DOCUMENTO D`IDENTITÀ FRONTE RETRO", "tipo": "file", "null": false, "ordine": "5",
                    "istruzioni": "Caricare una copia fronte retro del documento d`identità del richiedente."},
             "$6": {"nome": "COPIA CODICE FISCALE FRONTE RETRO", "tipo": "file", "null": false, "ordine": "6",
                    "istruzioni": "Caricare una copia fronte retro del codice fiscale del richiedente."},
             "$7": {"nome": "COPIA MANDATO DI ASSISTENZA E RAPPRESENTANZA", "tipo": "file", "null": false,
                    "ordine": "7",
                    "istruzioni": "Caricare una copia del mandato di assistenza e rappresentanza del Caf assegnato."}},
           "validazione": "($0 && $1 && $2 && $3 && $4 && $5 && $6 && $7) || ($0 && $1 && $2 && $3 && $4 && $5 && $6)",
           "istruzioni": "",
           "istruzioni_ricerca": ""},
         "nome_categoria": "Patronato",
         "nome_visura": "Pensione Vecchiaia",
         "opzioni": [{"tipo": "urgenza", "prezzo": 4, "nome": "opzione_0"},
                     {"tipo": "assistenza_dedicata", "prezzo": 10, "nome": "opzione_1"}],
         "prezzo_ricerca": 0,
         "prezzo_visura": 12.7,
         "ricerca": false,
         "sincrona": false,
         "fornitori": []}
        """#,
        supplier: "_pat_PensioneVecchiaia",
        otherHashes: ["38934ffe45179c4d5b88e2a6b849799a", "5fec14002548c9ae115758500c8981ee"]
    )
}
