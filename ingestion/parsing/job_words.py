"""Words that show a phrase to be the title of a position, in English, Russian and Spanish."""

# Beginnings of words, lower case, "ё" written "е".
JOB_STEMS: tuple[str, ...] = tuple(
    """
    accountant actor actuar adjuster administrator advisor adviser advocate agronom aide analyst anaesth anesthes
    animator apprentice architect artist assembler assistant associate attendant attorney auditor baker barber barista
    bartender biolog bookkeeper bricklay broker builder busser butcher buyer carer caregiver carpenter cashier caterer
    ceo cfo chef chemist cleaner clinician coach coder commis companion concierge conductor consultant controller cook
    coordinator copywriter courier crane cto counsel counselor creator curator dancer dealer decorator dentist deputy
    designer detailer developer devops dietician dietitian director dispatcher doctor driver economist editor
    electrician engineer entrepreneur estimator examiner executive expert extern fabricator facilitator farmer fitter
    foreman forklift founder freelanc gardener geolog goalkeeper groundskeeper guard guide hairdress handler handyman
    head hostess housekeeper hygienist illustrator inspector installer instructor interior intern interpreter
    investigator janitor joiner journalist judge keeper laborer labourer landscaper lawyer lead lecturer librarian
    lifeguard loader locksmith logistician machinist maid manager marketer masseu mechanic mentor merchandiser midwife
    milliner miner missionary moderator musician nanny nurse nutritionist officer operative operator optician
    optometrist orderly owner packer painter paramedic paralegal partner pastor pathologist pediatric pharmacist
    phlebotom photographer physician physicist physio picker pilot pipefitter planner plasterer plumber podiatrist
    police porter postdoc postman president principal processor producer professor programmer proofreader psycholog
    publicist purchaser qa radiograph radiolog realtor receptionist recruiter repairer reporter representative
    researcher roofer sailor sales scaffolder scientist seamstress secretary seller server setter shopkeeper singer
    sommelier specialist staff statistician steward stockbroker stocker storekeeper strategist supervisor surgeon
    surveyor sysadmin tailor teacher teamlead technician technologist teller tester therapist tiler trader trainee
    trainer translator treasurer tutor typist underwriter usher valet vendor vet veterinar vice videographer
    volunteer vp waiter waitress warden warehouse webmaster welder worker writer
    автослесар автомеханик автоэлектрик агент агроном адвокат администратор актер аналитик аниматор аппаратчик архивист
    архитектор ассистент аудитор банкир бариста бармен библиотекар биолог бригадир бухгалтер верстальщик ветеринар
    визажист водител воспитател врач геодезист геолог главбух гувернант грузчик девелопер декоратор делопроизводител
    дефектолог диджитал дизайнер директор диспетчер доцент журналист завуч завхоз заведующ закройщик заместител зоотехник
    иллюстратор инженер инспектор инструктор искусствовед исследовател казначей каменщик кассир кладовщик клинер
    колорист комплектовщик кондитер кондуктор консультант контролер конструктор копирайтер координатор корректор
    косметолог крановщик кредитн курьер лаборант лектор лид логист логопед маляр маникюрист маркетолог массажист мастер
    машинист медбрат медсестра медицинск мерчендайзер методист механик механизатор микробиолог моделлер модельер
    монтажник монтажер музыкант наборщик наладчик научн няня оператор организатор отделочник офис официант охранник
    оценщик парикмахер педагог педиатр пекар переводчик писател плиточник плотник повар пожарн полицейск помощник портн
    портье почтальон представител преподавател прессовщик продавец продакт продюсер программист прораб проджект
    провизор психолог работник рабоч разнорабоч разработчик ревизор редактор режиссер ресепшионист рекрутер репетитор
    риелтор риэлтор руководител садовник санитар сантехник сборщик сварщик секретар сестра сиделка сисадмин слесар
    сметчик сомелье социолог специалист станочник старш стажер стоматолог столяр сторож строител стюард супервайзер
    тайник таможенн таргетолог тестировщик терапевт техник технолог товаровед токар тракторист тренер уборщи упаковщик
    управляющ учител фармацевт фасовщик фельдшер физик финансист флорист фотограф фрезеровщик фрилансер химик хирург
    художник хореограф швея шеф штукатур эколог экономист экскурсовод экспедитор эксперт электрик электромонтажник
    электромонтер электросварщик электрослесар юрисконсульт юрист юрис
    abogad administrador administrativ agente albañil analista arquitect asesor asistente atencion auditor auxiliar
    autonom ayudante azafat becari bibliotecari biolog bombero cajer camarer cantante carniper carnicer carpinter
    cartero cerrajer chofer cientific cocinero cociner comercial community conductor conserje consejer consultor
    contable contador coordinador copiloto corrector costurer cuidador decorador delineante dependient desarrollador
    diseñador director docente economista ejecutiv electricista electromecanic empleado empleada encargad enfermer
    entrenador especialista esteticista farmaceutic fisioterapeuta florist fontaner formador fotograf fundador gerente
    gestor gobernanta gruista guia ilustrador ingenier inspector instalador interiorista investigador jardiner jefe jefa
    juez lider limpiador limpieza locutor logopeda maestr maquinista marinero masajista matron mecanic medic montador
    monitor mozo music niñera oficial operador operari panader paramedic pastelero pasteler peluquer peon period
    periodista pescader pintor practicante productor profesor programador promotor psicolog quimic recepcionista
    reclutador redactor reponedor repartidor representante responsable sastre secretari socorrista soldador subdirector
    superintendente supervisor tapicer taxista tecnic teleoperador terapeuta topograf tornero torner trabajador
    traductor transportista tutor vendedor veterinari vigilante zapatero
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
    agent aide cio clerk cook coo dba dev guard guide hr maid mc md officer owner pa pm qa rn sdet seo smm sre tester ux
    вед гид гип зам зав ио смм сео
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
