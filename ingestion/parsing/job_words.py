"""Words that show a phrase to be the title of a position, in English, Russian and Spanish."""

# Beginnings of words, lower case, "ё" written "е".
JOB_STEMS: tuple[str, ...] = tuple(
    """
    abogad accountant actor actuary adjuster administrador administrativ administrator adviser advisor advocate
    agente agronomist albañil anaesthetist analista analyst anesthesiologist animator apprentice architect arquitect
    artist asesor asistente assembler assistant associate attendant attorney auditor autonom auxiliar ayudante
    azafat baker barber barista bartender becari bibliotecari biologist bombero bookkeeper bricklay broker builder
    busser butcher buyer cajer camarer cantante caregiver carer carnicer carniper carpenter carpinter cartero
    cashier caterer cerrajer chef chemist chofer cientific cleaner clinician coach cociner cocinero coder commis
    concierge conductor consejer conserje consultant consultor contable contador controller coordinador coordinator
    copiloto copywriter corrector costurer counsellor counselor courier creator cuidador curator dancer decorador
    decorator delineante dentist dependient deputy desarrollador designer detailer developer devops dietician
    dietitian director diseñador dispatcher docente driver economist economista editor ejecutiv electrician
    electricista electromecanic empleada empleado encargad enfermer engineer entrenador entrepreneur especialista
    esteticista estimator examiner executive expert fabricator facilitator farmaceutic farmer fisioterapeuta fitter
    florist fontaner foreman formador fotograf founder freelanc fundador gardener geologist gerente gestor
    goalkeeper gobernanta groundskeeper gruista hairdress handler handyman homemaker hostess housekeeper hygienist
    illustrator ilustrador ingenier inspector instalador installer instructor interiorista interpreter investigador
    investigator janitor jardiner joiner journalist laborer labourer landscaper lawyer lecturer librarian lifeguard
    limpiador locksmith locutor logistician logopeda machinist maestr maid manager maquinista marinero marketer
    masajista masseu matron mechanic mentor merchandiser midwife milliner missionary moderator montador musician
    nanny niñera nurse nutritionist officer oficial operador operari operative operator optician optometrist orderly
    owner packer painter panader paralegal paramedic pasteler pastelero pastor pathologist pediatrician peluquer
    periodista pescader pharmacist phlebotom photographer physician physicist physio picker pilot pintor pipefitter
    planner plasterer plumber podiatrist porter postdoc postman practicante president producer productor profesor
    professor programador programmer promotor proofreader psicolog psychologist publicist purchaser radiographer
    radiologist realtor recepcionista receptionist reclutador recruiter redactor repairer repartidor reponedor
    reporter representante representative researcher responsable roofer sailor sastre scaffolder scientist
    seamstress secretari secretary seller shopkeeper singer socorrista soldador sommelier specialist statistician
    steward stockbroker stocker storekeeper strategist subdirector superintendente supervisor surgeon surveyor
    sysadmin tapicer taxista teacher teamlead technician technologist teleoperador teller terapeuta tester therapist
    tiler topograf torner tornero trabajador trader traductor trainee trainer translator transportista treasurer
    tutor typist underwriter usher valet vendedor vendor veterinar veterinari videographer vigilante volunteer
    waiter waitress warden webmaster welder worker writer zapatero zookeeper автомеханик автослесар автоэлектрик
    агент агроном адвокат администратор актер аналитик аниматор аппаратчик архивист архитектор ассистент аудитор
    банкир бариста бармен библиотекарь биолог бригадир бухгалтер верстальщик ветеринар визажист водител воспитател
    врач геодезист геолог главбух грузчик гувернант девелопер декоратор делопроизводител дефектолог дизайнер
    директор диспетчер доцент журналист заведующ завуч завхоз закройщик заместител зоотехник иллюстратор инженер
    инспектор инструктор искусствовед исследовател казначей каменщик кассир кладовщик клинер колорист комплектовщик
    кондитер кондуктор конструктор консультант контролер координатор копирайтер корректор косметолог крановщик
    курьер лаборант лектор лид логист логопед маляр маникюрист маркетолог массажист мастер машинист медбрат
    медсестра менеджер мерчандайзер мерчендайзер методист механизатор механик микробиолог моделлер модельер монтажер
    монтажник музыкант наборщик наладчик няня оператор организатор отделочник официант охранник оценщик парикмахер
    педагог педиатр пекарь переводчик писател плиточник плотник повар пожарн полицейск помощник портн портье
    почтальон представител преподавател прессовщик провизор программист продавец продакт продюсер прораб психолог
    работник рабочая рабочий разнорабоч разработчик ревизор редактор режиссер рекрутер репетитор ресепшионист
    риелтор риэлтор руководител садовник санитар сантехник сборщик сварщик секретарь сестра сиделка сисадмин слесар
    сметчик сомелье сотрудник социолог специалист стажер станочник столяр стоматолог сторож строител стюард
    супервайзер тайник таможенн таргетолог терапевт тестировщик техник технолог товаровед токар тракторист трейдер
    тренер уборщи упаковщик управляющ учител фармацевт фасовщик фельдшер физик финансист флорист фотограф
    фрезеровщик фрилансер химик хирург хореограф художник швея шеф штукатур эколог экономист экскурсовод экспедитор
    эксперт электрик электромонтажник электромонтер электросварщик электрослесар юрис юрисконсульт юрист
    """.split()  # noqa: SIM905  # hundreds of quoted words would hide the list
)

# Ends of words that extraction glued together ("ROOMCHEF", "ENGINEERINGMANAGER").
JOB_ENDS: tuple[str, ...] = tuple(
    """
    accountant administrator analyst architect assistant associate attendant chef clerk consultant controller
    coordinator designer developer director driver engineer executive installer laborer manager nurse officer operator
    representative specialist supervisor teacher technician worker
    """.split()  # noqa: SIM905  # as above
)

# Whole words only: as beginnings they would be too many things.
JOB_WORDS: frozenset[str] = frozenset(
    """
    agent aide ceo cfo cio clerk comercial commis companion coo cook counsel cto dba dealer dev doctor doctora
    extern guard guia head intern jefa jefe judge juez keeper lead lider loader maid mc md mecanico medic medica
    medico miner monitora moza mozo musico officer partner peon pm president qa quimico rn sdet seo server
    setter smm sre tailor tecnica tecnico tester ux vet vp вед гид гип зав зам ио сео смм
    """.split()  # noqa: SIM905  # as above
)

# Job words that are surnames too: alone beside an unknown capitalized word they make a name ("Anna Baker").
SURNAMES: frozenset[str] = frozenset(
    """
    baker barber butcher carpenter carter chandler clerk coach cook cooper dancer driver farmer fisher gardener
    goldsmith guide head hunter judge keeper lead major marshall mason miller painter parker partner piper plumber
    porter potter priest principal sailor salesman server shepherd singer smith steward tailor taylor teller turner
    tyler usher walker warden weaver webster workman wright
    мастер повар пекарь портной слесарь столяр
    pastor guerrero herrero zapatero carpintero marinero
    """.split()  # noqa: SIM905  # as above
)
